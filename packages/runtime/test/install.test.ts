import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InstallError, type InstallEvent, installNative } from '@utad/runtime/node';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './project';
import { cannotBuild } from './stand-ins/environment';

const missing = ['make', process.env.CXX || 'g++'].find(
  (tool) => spawnSync(tool, ['--version']).status !== 0,
);
const cannot =
  process.platform === 'linux'
    ? missing
      ? `${missing} is missing`
      : cannotBuild(2e9)
    : `${process.platform} is not Linux`;

const WHEEL = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';

/** A program that answers as Python with pip does; `download` is the body run with the destination folder in `to`. */
function fakePython(download: string): string {
  const folder = temporaryFolder({
    python: `#!${process.execPath}
const fs = require('node:fs');
const path = require('node:path');
const args = process.argv.slice(2);
if (args[0] === '-c') console.log('3.11.4');
else if (args.includes('--version')) console.log('pip 23.2.1 from here');
else {
  const to = args[args.indexOf('--dest') + 1];
${download}
}
`,
  });
  chmodSync(join(folder, 'python'), 0o755);
  return join(folder, 'python');
}

const WRONG_WHEEL = `fs.writeFileSync(path.join(to, '${WHEEL}'), 'not TensorFlow');`;

const left = (cacheFolder: string) => readdirSync(join(cacheFolder, 'native'));
const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

test('a Python that does not run is named before anything is written', async () => {
  const cacheFolder = join(temporaryFolder(), 'cache');
  const error = await failure(installNative({ cacheFolder, python: '/nowhere/python' }));
  expect(error).toBeInstanceOf(InstallError);
  expect(error).toMatchObject({ phase: 'tools' });
  expect(existsSync(cacheFolder)).toBe(false);
});

describe.skipIf(cannot)(`installing${cannot ? `: skipped, ${cannot}` : ''}`, () => {
  test('a wheel with another hash is refused and nothing stays behind', async () => {
    const cacheFolder = temporaryFolder();
    const events: InstallEvent[] = [];
    const error = await failure(
      installNative({ cacheFolder, python: fakePython(WRONG_WHEEL), onEvent: (event) => events.push(event) }),
    );
    expect(error).toBeInstanceOf(InstallError);
    expect(error).toMatchObject({ phase: 'verify', code: 'wheel-altered' });
    // sha256sum of the text 'not TensorFlow'.
    expect(String(error)).toMatch(
      /verify\): expected SHA-256 2b847d217b02.* received 5dff4add12722f22537bc3cb78fa30e6c323bffb12d76a0623d605008875022c; the package index/,
    );
    expect(left(cacheFolder)).toEqual([]);
    expect(events.map(({ phase, status }) => `${phase} ${status}`)).toEqual([
      'tools start',
      'tools done',
      'space start',
      'space done',
      'headers start',
      'headers done',
      'download start',
      'download done',
      'verify start',
    ]);
  });

  test("pip's refusal is told in its own words", async () => {
    const cacheFolder = temporaryFolder();
    const python = fakePython(
      "console.error('ERROR: No matching distribution found for tensorflow-cpu==2.21.0'); process.exit(1);",
    );
    await expect(installNative({ cacheFolder, python })).rejects.toThrow(
      'native TensorFlow was not installed (download): No matching distribution found for tensorflow-cpu==2.21.0',
    );
    expect(left(cacheFolder)).toEqual([]);
  });

  test('a wheel of which no hash is known is not remembered before its installation works', async () => {
    const cacheFolder = temporaryFolder();
    const stop = new AbortController();
    const python = fakePython(
      "fs.writeFileSync(path.join(to, 'tensorflow_cpu-2.21.0-other.whl'), 'anything');",
    );
    const error = await failure(
      installNative({
        cacheFolder,
        python,
        signal: stop.signal,
        // It comes after the hash, and would use the network.
        onEvent: ({ phase }) => phase === 'package' && stop.abort(new Error('far enough')),
      }),
    );
    expect(error).toMatchObject({ message: 'far enough' });
    expect(left(cacheFolder)).toEqual([]);
  });

  test('of two installations at once one waits until the other has ended', async () => {
    const cacheFolder = temporaryFolder();
    const python = fakePython(`setTimeout(() => { ${WRONG_WHEEL} }, 1000);`);
    const log: string[] = [];
    const install = (who: string) =>
      failure(
        installNative({
          cacheFolder,
          python,
          onEvent: ({ phase, status }) => {
            if (status !== 'progress') log.push(`${who} ${phase} ${status}`);
          },
        }),
      );
    const [a, b] = await Promise.all([install('a'), install('b')]);
    expect(a).toBeInstanceOf(InstallError);
    expect(b).toBeInstanceOf(InstallError);
    const first = log.find((line) => line.endsWith('download start'))?.charAt(0);
    const second = first === 'a' ? 'b' : 'a';
    expect(log).toContain(`${second} wait start`);
    expect(log.indexOf(`${second} wait done`)).toBeGreaterThan(log.indexOf(`${first} verify start`));
    expect(log.indexOf(`${second} download start`)).toBeGreaterThan(log.indexOf(`${second} wait done`));
    expect(left(cacheFolder)).toEqual([]);
  });

  test('an abort stops the running program and leaves nothing behind', async () => {
    const cacheFolder = temporaryFolder();
    const stop = new AbortController();
    const python = fakePython('setTimeout(() => undefined, 60_000);');
    const began = performance.now();
    const error = await failure(
      installNative({
        cacheFolder,
        python,
        signal: stop.signal,
        onEvent: ({ phase }) =>
          phase === 'download' && setTimeout(() => stop.abort(new Error('enough')), 100),
      }),
    );
    expect(error).toMatchObject({ message: 'enough' });
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(left(cacheFolder)).toEqual([]);
  });

  test('what a killed installation left is cleared away by the next one', async () => {
    const cacheFolder = temporaryFolder({ 'native/staging-old/download/half.whl': 'half' });
    await failure(installNative({ cacheFolder, python: fakePython(WRONG_WHEEL) }));
    expect(left(cacheFolder)).toEqual([]);
  });
});
