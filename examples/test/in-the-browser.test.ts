import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryStore } from '@utad/core';
import { decodeImage } from '@utad/datasets/node';
import { saveBundle } from '@utad/detector';
import { randomWeights, vgg19 } from '@utad/features';
import { imagesFrom } from '@utad/pipeline';
import { writeSynthetic } from '@utad/synthetic/node';
import { TwoStage, twoStagePresets } from '@utad/two-stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium } from '../../scripts/testing/chromium';
import { builtScript, listen, reportOf } from './report-server';

const page = fileURLToPath(new URL('../in-the-browser', import.meta.url));

let scratch: string;
/** What the server has, by path. */
let files: Map<string, Uint8Array>;
let expected: { score: number; map: number[]; threshold: number };

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'utad-browser-'));
  const out = join(scratch, 'synthetic');
  await writeSynthetic({ out, categories: ['washer'], train: 1, good: 1, defective: 1, size: [96, 80] });
  const photo = join(out, 'washer/test/hole/000.png');

  // Untrained networks compute as much as trained ones, and the same in Node and in the browser.
  const { small } = twoStagePresets;
  const inputSize = [16, 16] as const;
  const config = {
    ...small,
    ieNet: { ...small.ieNet, inputSize },
    expertNet: { ...small.expertNet, inputSize },
  };
  const detector = new TwoStage(config, { vgg19: randomWeights(vgg19, 0), seed: 3 });
  const { pixels, size } = await decodeImage(await readFile(photo), photo);
  const images = await imagesFrom({ data: pixels, height: size[0], width: size[1] }, detector.inputSize);
  const { scores, maps } = await detector.predict(images);
  const [score = Number.NaN] = scores;
  const map = [...maps];

  expected = { score, map, threshold: Math.max(...map) / 2 };
  const store = memoryStore();
  await saveBundle(store, detector, {
    thresholds: { image: 2.5, pixel: expected.threshold, images: 3 },
    training: { dataset: 'none', category: null, images: 0, fingerprint: 'none', seed: 0 },
    versions: {},
  });
  detector.dispose();

  const html = await readFile(join(page, 'dist/index.html'), 'utf8');
  files = new Map<string, Uint8Array>([
    ['/photo.png', await readFile(photo)],
    ['/index.html', Buffer.from(html.replace('</body>', reporter))],
  ]);
  for (const name of await readdir(join(page, 'dist/assets'))) {
    files.set(`/assets/${name}`, await readFile(join(page, 'dist/assets', name)));
  }
  for (const name of await store.list()) files.set(`/bundle/${name}`, await store.read(name));
});
afterAll(() => rm(scratch, { recursive: true }));

interface Report {
  readonly score: number;
  readonly text: string;
  readonly width: number;
  readonly rgba: readonly number[];
}

/** Tells of the first result, or the first error, that the page shows. */
const reporter = `<script type="module">
  const result = document.getElementById('result');
  new MutationObserver(() => {
    if (result.dataset.score === undefined && result.dataset.error === undefined) return;
    const map = document.getElementById('map');
    const { data } = map.getContext('2d').getImageData(0, 0, map.width, map.height);
    const report = { score: Number(result.dataset.score), text: result.textContent, width: map.width, rgba: [...data] };
    fetch('/report', { method: 'POST', body: JSON.stringify(report) });
  }).observe(result, { attributes: true, childList: true });
</script></body>`;

const types: Record<string, string> = { html: 'text/html', js: 'text/javascript', png: 'image/png' };

const serve: RequestListener = async (request, response) => {
  const { pathname } = new URL(request.url ?? '', 'http://localhost');
  const type = types[pathname.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  const stored = files.get(pathname);
  if (stored !== undefined) response.writeHead(200, { 'content-type': type }).end(stored);
  else response.writeHead(404).end();
};

const described =
  chromium === undefined ? 'the page (skipped: no Chromium here; CHROME_PATH names one)' : 'the page';

describe.skipIf(chromium === undefined)(described, () => {
  it('loads a bundle from a URL and scores a photo as Node does, within 0.001 of the range of the map', async () => {
    const report = await reportOf(serve, () => '/index.html?bundle=bundle&image=photo.png');
    const { score, text, width, rgba } = report as Report;
    const range = Math.max(...expected.map) - Math.min(...expected.map);
    expect(range).toBeGreaterThan(0.1);
    expect(Math.abs(score - expected.score) / range, text).toBeLessThan(1e-3);
    const verdict = score >= 2.5 ? 'anomalous' : 'good';
    expect(text).toBe(`${verdict}: score ${score.toPrecision(4)}, threshold 2.500`);
    // The map is drawn as it is, half as bright as can be at the threshold of pixels.
    expect(width).toBe(16);
    const drawn = rgba.filter((_, at) => at % 4 === 0);
    const brightest = 2 * expected.threshold;
    const worst = Math.max(
      ...expected.map.map((value, at) => Math.abs((value / brightest) * 255 - (drawn[at] ?? Number.NaN))),
    );
    expect(worst).toBeLessThan(1);
    expect(new Set(drawn).size).toBeGreaterThan(10);
  });

  it('says in one line that there is no bundle', async () => {
    const report = await reportOf(serve, () => '/index.html?bundle=elsewhere');
    expect(report).toMatchObject({
      text: expect.stringMatching(
        /^BundleError: bundle: expected a file http:\/\/127\.0\.0\.1:\d+\/elsewhere\/utad\.json, the server answered 404$/,
      ),
    });
  });

  it('imagesFrom takes every kind of image of a browser, and refuses what it may not or cannot read', async () => {
    const bytes = Array.from({ length: 7 * 5 * 4 }, (_, at) => (at % 4 === 3 ? 255 : (at * 53) % 256));
    // A transparent corner, which must turn out black.
    bytes.splice(0, 4, 200, 100, 50, 0);
    const size = [10, 6] as const;
    const inNode = [...(await imagesFrom({ data: Uint8Array.from(bytes), width: 7, height: 5 }, size)).data];

    const code = await builtScript(`
      import { imagesFrom } from '@utad/pipeline';
      const data = new ImageData(Uint8ClampedArray.from(${JSON.stringify(bytes)}), 7, 5);
      const canvas = Object.assign(document.createElement('canvas'), { width: 7, height: 5 });
      canvas.getContext('2d').putImageData(data, 0, 0);
      const offscreen = new OffscreenCanvas(7, 5);
      offscreen.getContext('2d').putImageData(data, 0, 0);
      const img = (src) => Object.assign(new Image(), { src });
      const foreign = new URLSearchParams(location.search).get('foreign');
      const sources = {
        ImageData: data,
        canvas,
        OffscreenCanvas: offscreen,
        ImageBitmap: await createImageBitmap(data),
        image: img(canvas.toDataURL()),
        Blob: await offscreen.convertToBlob(),
        foreign: img(foreign),
        missing: img('/missing.png'),
      };
      const report = {};
      for (const [name, source] of Object.entries(sources)) {
        try {
          const { shape, data } = await imagesFrom(source, ${JSON.stringify(size)});
          report[name] = { shape, values: [...data] };
        } catch (error) {
          report[name] = { code: error.code, message: error.message };
        }
      }
      fetch('/report', { method: 'POST', body: JSON.stringify(report) });`);
    const other = createServer(serve);
    const elsewhere = await listen(other);
    const report = await reportOf(
      (request, response) => {
        if (request.url === '/code.js')
          response.writeHead(200, { 'content-type': 'text/javascript' }).end(code);
        else if (request.url?.startsWith('/page.html') === true) {
          response
            .writeHead(200, { 'content-type': 'text/html' })
            .end('<!doctype html><meta charset="utf-8"><script type="module" src="/code.js"></script>');
        } else response.writeHead(404).end();
      },
      // Without CORS a page may show an image of another origin, but not read it.
      () => `/page.html?foreign=${encodeURIComponent(`${elsewhere}/photo.png`)}`,
    ).finally(() => {
      other.closeAllConnections();
      other.close();
    });
    const found = report as Record<
      string,
      { shape: number[]; values: number[]; code: string; message: string }
    >;
    for (const name of ['ImageData', 'canvas', 'OffscreenCanvas', 'ImageBitmap', 'image', 'Blob']) {
      const { shape, values, message } = found[name] ?? {};
      expect(shape, `${name}: ${message}`).toEqual([1, 10, 6, 3]);
      expect(values, name).toEqual(inNode);
    }
    expect(found.foreign).toEqual({
      code: 'unreadable',
      message:
        'imagesFrom: expected an image that this page may read, received one of another origin without CORS',
    });
    expect(found.missing).toMatchObject({
      code: 'unreadable',
      message: expect.stringMatching(
        /^imagesFrom: expected an image that loads, received http:.*\/missing\.png$/,
      ),
    });
  });
});
