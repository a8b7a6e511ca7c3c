import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { memoryStore } from '@utad/core';
import { saveBundle } from '@utad/detector';
import { randomWeights, vgg19 } from '@utad/features';
import { TwoStage, twoStagePresets } from '@utad/two-stage';
import { describe, expect, it } from 'vitest';
import { chromium } from '../../scripts/testing/chromium';
import { builtScript, reportOf } from './report-server';

const { resolve } = createRequire(import.meta.url);
/** Folders that the server of a page shows, by the first part of a path. */
const folders: Record<string, string> = {
  ort: dirname(resolve('onnxruntime-web')),
  wasm: join(dirname(resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist'),
  data: process.env.UTAD_TEST_DATA ?? '',
};
const IMAGE_NET = [
  ['vgg19', 'vgg19-imagenet-tfjs', 16],
  ['resnet18', 'resnet18-imagenet-torchvision', 64],
] as const;
const hasData =
  folders.data !== '' && IMAGE_NET.every(([, name]) => existsSync(join(folders.data ?? '', name)));

const TYPES: Record<string, string> = {
  wasm: 'application/wasm',
  js: 'text/javascript',
  mjs: 'text/javascript',
};

/** What a page reports that runs a script with ONNX Runtime and, on request, TensorFlow.js at hand. */
async function reportFrom(
  source: string,
  files: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<unknown> {
  const code = await builtScript(`
    import * as ort from 'onnxruntime-web/wasm';
    import { onnxRuntime } from '@utad/onnx';
    ort.env.wasm.wasmPaths = { wasm: '/ort/ort-wasm-simd-threaded.wasm' };
    ort.env.wasm.numThreads = 1;
    const report = (value) => fetch('/report', { method: 'POST', body: JSON.stringify(value) });
    ${source}
    run(onnxRuntime(ort)).then(report, ({ name, message, stack }) => report({ error: name + ': ' + message, stack }));`);
  const serve: RequestListener = async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const type = TYPES[pathname.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    const [, first = '', ...rest] = pathname.split('/');
    const folder = folders[first];
    if (pathname === '/page.html') {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><meta charset="utf-8"><script type="module" src="/code.js"></script>');
    } else if (pathname === '/code.js') response.writeHead(200, { 'content-type': type }).end(code);
    else {
      const found =
        files.get(pathname) ??
        (folder === undefined ? undefined : await readFile(join(folder, ...rest)).catch(() => undefined));
      if (found === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': type }).end(found);
    }
  };
  const report = await reportOf(serve, () => '/page.html');
  expect(report).not.toHaveProperty('error');
  return report;
}

describe.skipIf(chromium === undefined)('ONNX Runtime in a page (skipped without a Chromium)', () => {
  it.skipIf(!hasData)(
    'VGG-19 and ResNet-18 have their reference activations (skipped without UTAD_TEST_DATA)',
    async () => {
      const found = await reportFrom(`
        import { fetchWeights, resnet18, vgg19 } from '@utad/features';
        import { onnxBackbone } from '@utad/features/onnx';
        const backbones = { resnet18, vgg19 };
        async function run(runtime) {
          const found = {};
          for (const [name, folder, side] of ${JSON.stringify(IMAGE_NET)}) {
            const { activations } = await (await fetch('/data/' + folder + '/reference-activations.json')).json();
            const weights = await fetchWeights(backbones[name], new URL('/data/' + folder + '/', location.href));
            const backbone = await onnxBackbone(weights, runtime, Object.keys(activations));
            const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
              const [y, x, c] = [Math.floor(i / (3 * side)), Math.floor(i / 3) % side, i % 3];
              return [16 * x + 3 * y, 5 * x + 16 * y, 7 * x * y][c] % 256;
            });
            const features = await backbone.features({ data, shape: [1, side, side, 3] });
            for (const [index, wanted] of Object.values(activations).entries()) {
              const { layer, shape, data } = features[index];
              const centre = (Math.floor(shape[1] / 2) * shape[2] + Math.floor(shape[2] / 2)) * shape[3];
              const gaps = wanted.first16ChannelsAtCentre.map((value, c) => Math.abs(value - data[centre + c]));
              const largest = data.reduce((most, value) => Math.max(most, value), 0);
              const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
              gaps.push(Math.abs(largest - wanted.max), Math.abs(mean - wanted.mean));
              const fits = shape.join() === wanted.shape.join();
              found[name + ' ' + layer] = fits ? Math.max(...gaps) / wanted.max : 'shape ' + shape;
            }
            backbone.dispose();
          }
          return found;
        }`);
      const errors = Object.entries(Object(found));
      expect(errors).toHaveLength(6);
      for (const [layer, error] of errors) expect(error, layer).toBeLessThan(1e-4);
    },
  );

  it('a bundle opened for it has the verdict and the maps of TensorFlow.js', async () => {
    const store = memoryStore();
    const { fast } = twoStagePresets;
    const detector = new TwoStage(fast, { vgg19: randomWeights(vgg19, 0), seed: 3 });
    await saveBundle(store, detector, {
      thresholds: { image: 2.5, pixel: 1, images: 3 },
      training: { dataset: 'none', category: null, images: 0, fingerprint: 'none', seed: 0 },
      versions: {},
    });
    detector.dispose();
    const files = new Map<string, Uint8Array>();
    for (const name of await store.list()) files.set(`/bundle/${name}`, await store.read(name));

    const report = await reportFrom(
      `
        import * as tf from '@tensorflow/tfjs';
        import * as wasm from '@tensorflow/tfjs-backend-wasm';
        import { open } from '@utad/pipeline';
        import { useWasm } from '@utad/runtime';
        async function run(runtime) {
          await useWasm(wasm, { paths: '/wasm/', threads: 1 });
          const data = Uint8ClampedArray.from({ length: 4 * 150 * 170 }, (_, i) => {
            const [y, x] = [Math.floor(i / 680), Math.floor(i / 4) % 170];
            const inside = (y - 60) ** 2 + (x - 90) ** 2 < 400;
            return i % 4 === 3 ? 255 : 128 + 60 * Math.sin(x / 9 + (i % 4)) + 40 * Math.cos(y / 7) + (inside ? 50 : 0);
          });
          const image = new ImageData(data, 170, 150);
          const bundle = new URL('/bundle/', location.href);
          const measured = async (options) => {
            const tensors = tf.memory().numTensors;
            const opened = await open(bundle, options);
            const [first] = await opened.predict(image);
            // The first run compiles.
            const began = performance.now();
            await opened.predict(image);
            const milliseconds = performance.now() - began;
            await opened[Symbol.asyncDispose]();
            return {
              score: first.score,
              anomalous: first.anomalous,
              map: [...first.map],
              milliseconds,
              tensors: tf.memory().numTensors - tensors,
            };
          };
          return { onnx: await measured({ onnx: runtime }), tfjs: await measured({}) };
        }`,
      files,
    );
    const { onnx, tfjs } = report as Record<'onnx' | 'tfjs', Opened>;
    expect(onnx.map).toHaveLength(tfjs.map.length);
    const [lowest, highest] = [Math.min(...tfjs.map), Math.max(...tfjs.map)];
    expect(highest - lowest).toBeGreaterThan(0.1);
    const apart = Math.max(...tfjs.map.map((value, at) => Math.abs(value - (onnx.map[at] ?? Number.NaN))));
    expect(apart / (highest - lowest)).toBeLessThan(1e-3);
    expect(Math.abs(onnx.score / tfjs.score - 1)).toBeLessThan(1e-3);
    expect(onnx.anomalous).toBe(tfjs.anomalous);
    expect([onnx.tensors, tfjs.tensors]).toEqual([0, 0]);
    console.info(
      `one image of the fast preset in a page, one thread: ONNX Runtime ${Math.round(onnx.milliseconds)} ms, TensorFlow.js ${Math.round(tfjs.milliseconds)} ms; maps ${(apart / (highest - lowest)).toExponential(1)} of their range apart`,
    );
  });
});

interface Opened {
  readonly score: number;
  readonly anomalous: boolean;
  readonly map: readonly number[];
  readonly milliseconds: number;
  readonly tensors: number;
}
