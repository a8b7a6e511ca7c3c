// Run as `node as-a-worker.mjs SCRIPT`: runs a script that was bundled for browsers with what a web worker has, and without
// anything of Node's.
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';

const [script] = process.argv.slice(2);
const {
  performance,
  setTimeout,
  clearTimeout,
  TextEncoder,
  TextDecoder,
  URL,
  AbortController,
  DOMException,
} = globalThis;
// There is no WebGL here, which TensorFlow.js prints to stdout before it goes on without.
const log = (...values) => {
  if (!/\bWebGL context\b/.test(String(values[0]))) console.log(...values);
};
const scope = {
  console: { ...console, log },
  performance,
  setTimeout,
  clearTimeout,
  TextEncoder,
  TextDecoder,
  URL,
};
Object.assign(scope, { AbortController, DOMException, structuredClone, fetch, crypto: globalThis.crypto });
// TensorFlow.js takes this class for the sign of a worker.
scope.WorkerGlobalScope = class WorkerGlobalScope {};
scope.self = scope;
scope.navigator = { userAgent: 'worker' };
runInContext(readFileSync(script, 'utf8'), createContext(scope), { filename: script });
