import * as tf from '@tensorflow/tfjs';
import { type Evaluation, evaluate, type Thresholds } from '@utad/detector';
import { MetricError } from '@utad/eval';
import type { ImageRecord } from '@utad/training';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataOf } from '../../../scripts/testing/records';
import { FakeDetector } from './fake-detector';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

const thresholds: Thresholds = { image: 0.3, pixel: 0.1, images: 5 };

/** An image of two pixels with these red values; green and blue are nothing. A red of 51 is 0.2. */
function image(reds: [number, number], rest: Partial<ImageRecord>): ImageRecord {
  const bytes = Uint8Array.from(reds.flatMap((red) => [red, 0, 0]));
  return { id: '', label: 0, kind: 'good', image: bytes, size: [1, 2], channels: 3, ...rest };
}

const good = (reds: [number, number], id = 'good') => image(reds, { id, mask: Uint8Array.of(0, 0) });
const scratched = (reds: [number, number], id = 'scratched') =>
  image(reds, { id, label: 1, kind: 'scratch', mask: Uint8Array.of(0, 1) });

async function run(records: ImageRecord[], options = {}): Promise<Evaluation> {
  const detector = new FakeDetector({ inputSize: [1, 2] });
  try {
    return await evaluate(detector, dataOf(records), { thresholds, ...options });
  } finally {
    detector.dispose();
  }
}

describe('by hand, on maps that are flat', () => {
  // Good images at 0.2 and 0.6, anomalous ones at 0.4 and 0.8, of which the right half is the defect.
  const records = [
    good([51, 51], 'a'),
    scratched([102, 102], 'b'),
    good([153, 153], 'c'),
    scratched([204, 204], 'd'),
  ];

  it('images: three of four pairs are in order', async () => {
    const { image, images, items } = await run(records);
    expect(images).toEqual({ good: 2, anomalous: 2 });
    expect(image).toEqual({ auroc: 0.75, aurocMean: 0.75, aurocMax: 0.75 });
    expect(items.map(({ id, kind, label }) => [id, kind, label])).toEqual([
      ['a', 'good', 0],
      ['b', 'scratch', 1],
      ['c', 'good', 0],
      ['d', 'scratch', 1],
    ]);
    for (const [index, score] of [0.2, 0.4, 0.6, 0.8].entries())
      expect(items[index]?.score).toBeCloseTo(score, 6);
  });

  it('pixels: AUROC counts a tie as half, IoU at each threshold', async () => {
    const { pixel, testThresholds } = await run(records);
    // In half images: the defect of b (0.4) is above 2 of 6 good halves and ties with 1, that of d (0.8) above 5 and
    // ties with 1.
    expect(pixel.auroc).toBeCloseTo((2.5 + 5.5) / 12, 9);
    // paper: half way between 0.2 and 0.8, so c and d are marked, 4 halves: 1 of 5 in either. fitted: all 8 halves, 2
    // of 8. oracle: d alone, 1 of 3.
    expect(testThresholds.paper).toBeCloseTo(0.5, 6);
    expect(pixel.iou.paper).toBeCloseTo(1 / 5, 9);
    expect(pixel.iou.fitted).toBeCloseTo(2 / 8, 9);
    expect(pixel.iou.oracle).toBeCloseTo(1 / 3, 9);
    expect(testThresholds.oracle).toBeCloseTo(0.8, 6);
  });

  it('the difference to each intermediate image is judged the same way', async () => {
    // |x - x / 2| is a sixth of the red channel: the same order.
    const { pixelDifference } = await run(records);
    expect(pixelDifference.half).toMatchObject({ imageAuroc: 0.75, pixelAuroc: expect.closeTo(8 / 12, 9) });
    const { imageAurocMean, imageAurocMax } = pixelDifference.half ?? {};
    expect([imageAurocMean, imageAurocMax]).toContain(0.75);
  });

  it('shares of the map are those of its parts', async () => {
    const { shares } = await run(records);
    expect(shares).toEqual({ 'part/a': expect.closeTo(0.75, 6), 'part/b': expect.closeTo(0.25, 6) });
  });

  it('does not depend on the size of batches', async () => {
    const { seconds: _, ...whole } = await run(records, { batchSize: 4 });
    const { seconds: __, ...inParts } = await run(records, { batchSize: 3 });
    expect(inParts).toEqual(whole);
  });

  it('tells how far it is', async () => {
    const seen: [number, number][] = [];
    await run(records, {
      batchSize: 3,
      onProgress: (done: number, total: number) => seen.push([done, total]),
    });
    expect(seen).toEqual([
      [3, 4],
      [4, 4],
    ]);
  });
});

describe('on maps that are not flat', () => {
  it('the two reductions rank images differently, and the detector’s own is the first', async () => {
    // Means 0.4 and 0.3, maxima 0.4 and 0.6.
    const { image, items } = await run([good([102, 102]), scratched([0, 153])]);
    expect(image).toEqual({ auroc: 1, aurocMean: 0, aurocMax: 1 });
    expect(items[1]?.scores.mean).toBeCloseTo(0.3, 6);
    expect(items[1]?.scores.max).toBeCloseTo(0.6, 6);
  });

  it('pixels lie where they should: resizing has half-pixel centres', async () => {
    // Between 0 and 1 the map crosses one half in the middle, where the defect begins.
    const { pixel } = await run([scratched([0, 255])]);
    expect(pixel).toEqual({ auroc: 1, iou: { paper: 1, fitted: expect.any(Number), oracle: 1 } });
    // 0.1 is crossed at 0.6 of the first pixel's 128 columns: those before (j + 0.5) / 128 - 0.5 = 0.1 are not marked.
    expect(pixel.iou.fitted).toBeCloseTo(128 / (256 - 77), 9);
  });

  it('masks may be finer than images', async () => {
    const mask = Uint8Array.of(0, 0, 0, 1);
    const { pixel } = await run([image([0, 255], { label: 1, mask, maskSize: [1, 4] })]);
    expect(pixel.iou.paper).toBeCloseTo(64 / 128, 9);
  });
});

describe('what is not defined is null, and a note says why', () => {
  it('one class only', async () => {
    const { image, pixel, pixelDifference, testThresholds, notes } = await run([
      good([51, 51]),
      good([102, 0]),
    ]);
    expect(image).toEqual({ auroc: null, aurocMean: null, aurocMax: null });
    expect(pixel.auroc).toBeNull();
    expect(pixel.iou.oracle).toBeNull();
    expect(testThresholds.oracle).toBeNull();
    expect(pixelDifference.half).toEqual({
      imageAuroc: null,
      imageAurocMean: null,
      imageAurocMax: null,
      pixelAuroc: null,
    });
    expect(notes).toEqual([
      expect.stringMatching(/^IoU is not defined: .*131072 zeros\.$/),
      expect.stringMatching(/^image AUROC is not defined: .*2 zeros\.$/),
      expect.stringMatching(/^pixel AUROC is not defined: .*131072 zeros\.$/),
    ]);
  });

  it('a mask that is not there', async () => {
    const { mask: _, ...bare } = scratched([204, 204]);
    const { image, pixel, testThresholds, notes } = await run([good([51, 51]), bare]);
    expect(image.auroc).toBe(1);
    expect(pixel).toEqual({ auroc: null, iou: { paper: null, fitted: null, oracle: null } });
    expect(testThresholds.oracle).toBeNull();
    expect(notes).toEqual(['Pixel metrics are not defined: not every test image has a ground-truth mask.']);
  });

  it('nothing, where all is defined', async () => {
    const { notes, restoration } = await run([good([51, 51]), scratched([204, 204])]);
    expect(notes).toEqual([]);
    expect(restoration).toBeUndefined();
  });
});

describe('what is wrong is refused', () => {
  it.each<[string, ImageRecord[]]>([
    ['no images at all', []],
    ['a mask of 0 and 255', [good([0, 0]), { ...scratched([9, 9]), mask: Uint8Array.of(0, 255) }]],
  ])('%s', async (_, records) => {
    await expect(run(records)).rejects.toBeInstanceOf(MetricError);
  });

  it('an image of another size, by name', async () => {
    const wide = { ...good([0, 0], 'wide.png'), size: [2, 1] } as const;
    await expect(run([wide])).rejects.toThrow('expected wide.png to be 1x2, received 2x1');
  });
});

describe('restoration', () => {
  it('is measured inside masks against the clean twin, outside against the image', async () => {
    // Left pixel good, right pixel defect. Reds of x: 0.4, 1; of the twin: 0.4, 0.2; of half: 0.2, 0.5.
    const cleanTwin = Uint8Array.of(102, 0, 0, 51, 0, 0);
    const { restoration } = await run([
      { ...scratched([102, 255]), cleanTwin },
      // Without a mask or a twin there is nothing to measure.
      scratched([255, 255]),
      { ...good([204, 204]), cleanTwin: Uint8Array.of(204, 0, 0, 204, 0, 0) },
    ]);
    // Over three channels, two of which are nothing.
    expect(restoration?.insideInput).toBeCloseTo(0.8 / 3, 6);
    expect(restoration?.inside.half).toBeCloseTo(0.3 / 3, 6);
    // Outside: 0.2 of the first image, 0.4 and 0.4 of the third.
    expect(restoration?.outside.half).toBeCloseTo((0.2 + 0.4 + 0.4) / 9, 6);
  });
});

it('stops where its signal aborts, and leaves no tensor behind', async () => {
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('enough'));
  const records = [good([1, 1]), good([2, 2]), good([3, 3])];
  const stopped = run(records, { batchSize: 1, onProgress, signal: controller.signal });
  await expect(stopped).rejects.toThrow('enough');
});
