import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type UserConfig } from 'vite';
import { describe, expect, it } from 'vitest';
import { chromium } from '../../scripts/testing/chromium';
import { reportOf } from './report-server';

const root = fileURLToPath(new URL('../in-the-browser', import.meta.url));
const wasmFiles = join(
  dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')),
  'dist',
);
/** What a page and its scripts need so that the page has threads. */
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

const script = (threads: number) => `
  import * as tf from '@tensorflow/tfjs';
  import * as wasm from '@tensorflow/tfjs-backend-wasm';
  import { useWasm } from '@utad/runtime';
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: 8 });
  const began = performance.now();
  const report = {};
  try {
    const { device } = await useWasm(wasm, { paths: '/wasm/', threads: ${threads} });
    const [image, filter] = [tf.ones([1, 64, 64, 3]), tf.ones([3, 3, 3, 8])];
    const [sum] = await tf.sum(tf.conv2d(image, filter, 1, 'valid')).data();
    Object.assign(report, { device, sum });
  } catch ({ name, message }) {
    Object.assign(report, { name, message });
  }
  const seconds = (performance.now() - began) / 1000;
  fetch('/report', { method: 'POST', body: JSON.stringify({ ...report, isolated: crossOriginIsolated, seconds }) });`;

/** What a cross-origin-isolated page tells whose script Vite makes with these options. */
async function reportWith(options: UserConfig['build'], threads: number): Promise<unknown> {
  const path = join(root, 'script.js');
  const output = await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'script',
        resolveId: (id) => (id === path ? id : undefined),
        load: (id) => (id === path ? script(threads) : undefined),
      },
    ],
    build: {
      ...options,
      ...{ write: false, modulePreload: false },
      rolldownOptions: { ...options?.rolldownOptions, input: path },
    },
  });
  const [first] = Array.isArray(output) ? output : [output];
  const code = first !== undefined && 'output' in first ? first.output[0].code : '';
  return await reportOf(
    async (request, response) => {
      const url = request.url ?? '';
      if (url.startsWith('/wasm/')) {
        const bytes = await readFile(join(wasmFiles, basename(url)));
        response.writeHead(200, { 'content-type': 'application/wasm', ...ISOLATED }).end(bytes);
      } else if (url === '/code.js') {
        response.writeHead(200, { 'content-type': 'text/javascript', ...ISOLATED }).end(code);
      } else if (url === '/page.html') {
        response
          .writeHead(200, { 'content-type': 'text/html', ...ISOLATED })
          .end('<!doctype html><script type="module" src="/code.js"></script>');
      } else response.writeHead(404).end();
    },
    () => '/page.html',
  );
}

// Sums of 27 ones, 62 x 62 of them in each of 8 channels.
const SUM = 27 * 62 * 62 * 8;

describe.skipIf(chromium === undefined)('wasm in an isolated page that Vite built', () => {
  it('with the default minifier ends in an error that says what to do, within seconds', async () => {
    const report = await reportWith({}, 4);
    expect(report).toMatchObject({
      isolated: true,
      name: 'BackendUnavailableError',
      message: expect.stringMatching(
        /^backend wasm cannot be used: its threads ended \(.*\): have the bundler leave .* ask for 1 thread$/,
      ),
    });
    expect((report as { seconds: number }).seconds).toBeLessThan(10);
  });

  it('has one thread for the asking', async () => {
    expect(await reportWith({}, 1)).toMatchObject({ isolated: true, device: 'CPU, 1 thread', sum: SUM });
  });

  it('has threads by the recipe of the README', async () => {
    const readme = await readFile(new URL('../../packages/runtime/README.md', import.meta.url), 'utf8');
    expect(readme).toContain('minify: { compress: false, mangle: true, codegen: true }');
    const minify = { compress: false, mangle: true, codegen: true };
    const report = await reportWith({ minify: false, rolldownOptions: { output: { minify } } }, 4);
    expect(report).toMatchObject({ isolated: true, device: 'CPU, 4 threads', sum: SUM });
  });
});
