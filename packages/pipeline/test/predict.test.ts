import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageBatch, Size } from '@utad/core';
import type { Prediction } from '@utad/detector';
import { type PipelineEvent, predictImages } from '@utad/pipeline';
import { type PredictedItem, type PredictRunOptions, type PredictSource, predict } from '@utad/pipeline/node';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTiff } from '../../../scripts/testing/read-tiff';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-predict-'));
});
afterEach(() => rm(folder, { recursive: true }));

const size: Size = [2, 4];
const thresholds = { image: 0.5, pixel: 0.5, images: 1 };

/** A detector whose map is the red channel, in [0, 1], and whose score is its maximum; it notes how many it is given at once. */
function redness(seen: number[] = []) {
  return {
    inputSize: size,
    async predict({ data, shape }: ImageBatch): Promise<Prediction> {
      const [count, height, width] = shape;
      seen.push(count);
      await new Promise((resolve) => setTimeout(resolve, 1));
      const maps = Float32Array.from(
        { length: count * height * width },
        (_, pixel) => (data[3 * pixel] ?? 0) / 255,
      );
      const each = height * width;
      const scores = Float32Array.from({ length: count }, (_, index) =>
        Math.max(...maps.subarray(index * each, (index + 1) * each)),
      );
      return { scores, maps, mapSize: [height, width] };
    },
  };
}

/** Two images: dark, and red at the right. */
const images: ImageBatch = {
  data: Uint8Array.from({ length: 2 * 8 * 3 }, (_, at) =>
    at >= 24 && at % 3 === 0 && (at / 3) % 4 === 3 ? 255 : 0,
  ),
  shape: [2, 2, 4, 3],
};

const png = async (side: number, red: number) =>
  new Uint8Array(
    await sharp({
      create: { width: 2 * side, height: side, channels: 3, background: { r: red, g: 0, b: 0 } },
    })
      .png()
      .toBuffer(),
  );

async function all(
  source: PredictSource | readonly PredictSource[],
  options: PredictRunOptions = {},
  detector = redness(),
): Promise<PredictedItem[]> {
  const items: PredictedItem[] = [];
  for await (const item of predict({ detector, manifest: { thresholds } }, source, options)) items.push(item);
  return items;
}

describe('images that are decoded', () => {
  it('are judged by both thresholds, with regions in their own pixels', async () => {
    const said = [];
    for await (const one of predictImages(redness(), thresholds, images)) said.push(one);
    expect(said).toMatchObject([
      { score: 0, normalizedScore: 0, anomalous: false, regions: [], mapSize: [2, 4] },
      {
        ...{ score: 1, anomalous: true },
        regions: [{ box: { x: 3, y: 0, width: 1, height: 2 }, area: 2, peak: 1 }],
      },
    ]);
    expect(said[1]?.normalizedScore).toBeCloseTo(2 / 3, 12);
    expect([...(said[1]?.map ?? [])]).toEqual([0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it('are predicted one at a time unless more are asked for', async () => {
    const [one, two]: [number[], number[]] = [[], []];
    for await (const _ of predictImages(redness(one), thresholds, images));
    for await (const _ of predictImages(redness(two), thresholds, images, { batchSize: 2 }));
    expect([one, two]).toEqual([[1, 1], [2]]);
  });

  it('stop where the signal aborts', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const stopped = async () => {
      const options = { signal: stop.signal, onEvent: () => stop.abort(new Error('enough')) };
      for await (const _ of predictImages(redness(seen), thresholds, images, options));
    };
    await expect(stopped()).rejects.toThrow('enough');
    expect(seen).toEqual([1]);
  });
});

describe('sources', () => {
  it('are paths, folders, bytes, blobs and decoded images, each with a name', async () => {
    await writeFile(join(folder, 'a.png'), await png(4, 0));
    await writeFile(join(folder, 'b.png'), await png(4, 255));
    const bytes = await png(2, 255);
    const items = await all([join(folder, 'a.png'), folder, bytes, new Blob([bytes]), images]);
    expect(items.map(({ path, anomalous }) => [path.replace(folder, ''), anomalous])).toEqual([
      ['/a.png', false],
      ['/a.png', false],
      ['/b.png', true],
      ['image', true],
      ['image-2', true],
      ['image-3', false],
      ['image-4', true],
    ]);
    expect(items.every(({ map, overlay, tiff }) => map === null && overlay === null && tiff === null)).toBe(
      true,
    );
    // In pixels of the file, which is twice as large.
    expect(items[2]?.regions).toEqual([{ box: { x: 0, y: 0, width: 8, height: 4 }, area: 32, peak: 1 }]);
  });

  it('that do not exist, or hold no images, are refused before anything is predicted', async () => {
    const seen: number[] = [];
    await expect(all(['nowhere'], {}, redness(seen))).rejects.toMatchObject({
      name: 'PipelineError',
      code: 'usage',
      message: 'expected an image or a folder, but nowhere does not exist',
    });
    await expect(all([folder], {}, redness(seen))).rejects.toThrow(
      `expected images, found none in ${folder}`,
    );
    expect(seen).toEqual([]);
  });

  it('that cannot be read are items with an error, in their places, and noted', async () => {
    await writeFile(join(folder, 'a.png'), 'no image');
    await writeFile(join(folder, 'b.png'), await png(2, 255));
    const events: PipelineEvent[] = [];
    const seen: number[] = [];
    const items = await all(folder, { batchSize: 2, onEvent: (event) => events.push(event) }, redness(seen));
    expect(items[0]).toMatchObject({ score: null, anomalous: null, regions: [] });
    expect(items[0]?.error).toContain('a.png');
    expect(items[1]).toMatchObject({ score: 1, error: null });
    expect(seen).toEqual([1]);
    expect(events.filter(({ type }) => type === 'note')).toEqual([
      { type: 'note', message: items[0]?.error },
    ]);
    expect(events.filter(({ type }) => type === 'progress')).toHaveLength(2);
  });
});

it('writes pictures, raw maps of the size of the file, and a table, where they are asked for', async () => {
  await writeFile(join(folder, 'a.png'), await png(4, 255));
  const [out, csv] = [join(folder, 'out'), join(folder, 'table.csv')];
  const [item] = await all(join(folder, 'a.png'), { out, tiff: true, csv });
  expect(item).toMatchObject({
    map: join(out, 'a.map.png'),
    overlay: join(out, 'a.overlay.png'),
    tiff: join(out, 'a.tiff'),
  });
  expect(await readTiff(join(out, 'a.tiff'))).toEqual({ size: [4, 8], values: new Float32Array(32).fill(1) });
  expect((await sharp(join(out, 'a.map.png')).metadata()).width).toBe(8);
  expect(await readFile(csv, 'utf8')).toMatch(/^path,score.*\r\n.*a\.png,1,/);
});

it('says afterwards what was done to images so that they fit', async () => {
  const grey = await sharp({ create: { width: 8, height: 4, channels: 3, background: '#808080' } })
    .greyscale()
    .png()
    .toBuffer();
  const predictions = predict({ detector: redness(), manifest: { thresholds } }, [new Uint8Array(grey)]);
  let step = await predictions.next();
  while (!step.done) step = await predictions.next();
  expect(step.value).toEqual([expect.stringMatching(/^1 image: /)]);
});

it('twice at once gives the same numbers as one after the other', async () => {
  const detector = redness();
  const alone = await all([images], {}, detector);
  expect(await Promise.all([all([images], {}, detector), all([images], {}, detector)])).toEqual([
    alone,
    alone,
  ]);
});
