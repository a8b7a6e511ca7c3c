import { expect, test } from 'vitest';
import { errorLine } from '../src/node/install/run-command';

test("pip's last error line is taken, without its prefix", () => {
  const stderr = `ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==9.9.9 (from versions: 2.21.0)
ERROR: No matching distribution found for tensorflow-cpu==9.9.9
`;
  expect(errorLine(stderr, 'x')).toBe('No matching distribution found for tensorflow-cpu==9.9.9');
});

test('an index that pip could not reach is told apart from one that lacks the package', () => {
  const stderr = `WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError('<x object>: Failed to establish a new connection: [Errno -2] Name or service not known')': /simple/tensorflow-cpu/
ERROR: No matching distribution found for tensorflow-cpu==2.21.0
`;
  expect(errorLine(stderr, 'x')).toBe(
    'No matching distribution found for tensorflow-cpu==2.21.0 (index not reached: [Errno -2] Name or service not known)',
  );
});

test("npm's closing advice about its log is passed over", () => {
  const stderr = `npm error code ENOTFOUND
npm error network request to a registry failed, reason: getaddrinfo ENOTFOUND
npm error A complete log of this run can be found in: /home/u/.npm/_logs/debug-0.log
`;
  expect(errorLine(stderr, 'x')).toBe('network request to a registry failed, reason: getaddrinfo ENOTFOUND');
});

test("the compiler's error is taken out of node-gyp's report", () => {
  const stderr = `../binding/tfjs_binding.cc:18:10: fatal error: tensorflow/c/c_api.h: No such file or directory
compilation terminated.
make: *** [tfjs_binding.target.mk:121: Release/obj.target/tfjs_binding.o] Error 1
gyp ERR! build error
gyp ERR! stack Error: \`make\` failed with exit code: 2
gyp ERR! stack at ChildProcess.<anonymous> (/x/node-gyp/lib/build.js:216:23)
gyp ERR! System Linux 6.1
gyp ERR! command "/usr/bin/node" "/x/node-gyp.js" "rebuild"
gyp ERR! cwd /x
gyp ERR! node -v v20.20.2
gyp ERR! not ok
`;
  expect(errorLine(stderr, 'x')).toBe(
    '../binding/tfjs_binding.cc:18:10: fatal error: tensorflow/c/c_api.h: No such file or directory',
  );
});

test('silence is answered by what the caller knows', () => {
  expect(errorLine('\n\n', 'python3 ended with status 3')).toBe('python3 ended with status 3');
});

test("Node's report of an error that nobody caught gives the error, not its fields", () => {
  const stderr = `node:internal/modules/cjs/loader:1460
  return process.dlopen(module, path.toNamespacedPath(filename));
                 ^

Error: libcudart.so.12: cannot open shared object file: No such file or directory
    at Module._extensions..node (node:internal/modules/cjs/loader:1460:18)
    at require (node:internal/modules/helpers:177:18) {
  code: 'ERR_DLOPEN_FAILED'
}

Node.js v20.20.2
`;
  expect(errorLine(stderr, 'x')).toBe(
    'Error: libcudart.so.12: cannot open shared object file: No such file or directory',
  );
});

test("Python's report gives the last error of a chain", () => {
  const stderr = `Traceback (most recent call last):
  File "x.py", line 1, in <module>
ConnectionResetError: [Errno 104] Connection reset by peer

During handling of the above exception, another exception occurred:

pip._vendor.urllib3.exceptions.ProtocolError: ('Connection broken', ConnectionResetError(104))
`;
  expect(errorLine(stderr, 'x')).toBe(
    "pip._vendor.urllib3.exceptions.ProtocolError: ('Connection broken', ConnectionResetError(104))",
  );
});
