import * as tf from '@tensorflow/tfjs';
import type { ImageRecord } from '@utad/core';
import type { Thresholds } from '@utad/detector';
import { bootstrapInterval, MetricError, PixelAccumulator, rocAuc } from '@utad/eval';
import {
  type EvaluateDetectorOptions,
  type EvaluatedBatch,
  type Evaluation,
  evaluateDetector,
  type PipelineEvent,
} from '@utad/pipeline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataOf } from '../../../scripts/testing/records';
import { FakeDetector } from '../../detector/test/fake-detector';
import { PixelsByDefectType } from '../src/evaluate/defect-types';

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
  return { id: '', label: 0, defectType: 'good', image: bytes, size: [1, 2], channels: 3, ...rest };
}

const good = (reds: [number, number], id = 'good') => image(reds, { id, mask: Uint8Array.of(0, 0) });
const scratched = (reds: [number, number], id = 'scratched') =>
  image(reds, { id, label: 1, defectType: 'scratch', mask: Uint8Array.of(0, 1) });

async function run(
  records: ImageRecord[],
  options: Partial<EvaluateDetectorOptions> = {},
): Promise<Evaluation> {
  const detector = new FakeDetector({ inputSize: [1, 2] });
  try {
    return await evaluateDetector(detector, dataOf(records), { thresholds, ...options });
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
    // Found from the top: right, wrong, right, wrong. Precision 1 and 2/3 at recall 1/2 and 1.
    expect(image).toEqual({
      auroc: 0.75,
      aurocMean: 0.75,
      aurocMax: 0.75,
      aupr: expect.closeTo(1 / 2 + (1 / 2) * (2 / 3), 12),
      f1Max: 0.8,
    });
    expect(items.map(({ id, defectType: kind, label }) => [id, kind, label])).toEqual([
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
      onEvent: (event) => event.type === 'progress' && seen.push([event.done, event.total]),
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
    expect(image).toMatchObject({ auroc: 1, aurocMean: 0, aurocMax: 1 });
    expect(items[1]?.scores.mean).toBeCloseTo(0.3, 6);
    expect(items[1]?.scores.max).toBeCloseTo(0.6, 6);
  });

  it('pixels lie where they should: resizing has half-pixel centres', async () => {
    // Between 0 and 1 the map crosses one half in the middle, where the defect begins.
    const { pixel } = await run([scratched([0, 255])]);
    expect(pixel).toMatchObject({ auroc: 1, aupr: 1, aupro: 1, f1Max: 1, iou: { paper: 1, oracle: 1 } });
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
    const { image, pixel, pixelCurves, intervals, kinds, repairs, pixelDifference, testThresholds, notes } =
      await run([good([51, 51]), good([102, 0])]);
    expect(image).toEqual({ auroc: null, aurocMean: null, aurocMax: null, aupr: null, f1Max: null });
    expect(pixel).toMatchObject({ auroc: null, aupr: null, aupro: null, f1Max: null, iou: { oracle: null } });
    expect(pixelCurves).toBeUndefined();
    expect(intervals).toEqual({ image: { auroc: null, aupr: null, f1Max: null } });
    expect(kinds).toEqual([
      // Of 0.2 and 0.4 the second reaches the threshold of 0.3.
      {
        defectType: 'good',
        label: 0,
        images: 2,
        called: 1,
        auroc: null,
        interval: null,
        iou: null,
        pixelAuroc: null,
        aupro: null,
        median: expect.closeTo(0.3, 6),
      },
    ]);
    expect(repairs).toEqual({});
    expect(testThresholds.oracle).toBeNull();
    expect(pixelDifference.half).toEqual({
      imageAuroc: null,
      imageAurocMean: null,
      imageAurocMax: null,
      pixelAuroc: null,
    });
    expect(notes).toEqual([
      'Not defined: IoU, pixel AUROC, pixel average precision, AUPRO and largest pixel F1; the test set has not both good and anomalous pixels.',
      'Not defined: image AUROC, image average precision and largest image F1; the test set has not both good and anomalous images.',
    ]);
  });

  it('a mask that is not there', async () => {
    const { mask: _, ...bare } = scratched([204, 204]);
    const two = [good([51, 51]), good([51, 51]), scratched([204, 204])];
    const { image, pixel, kinds, pixelCurves, testThresholds, notes } = await run([
      ...two,
      bare,
      { ...scratched([255, 255]), defectType: 'dent' },
      { ...scratched([255, 255]), defectType: 'dent' },
    ]);
    expect(image.auroc).toBe(1);
    const nothing = { auroc: null, aupr: null, aupro: null, f1Max: null };
    expect(pixel).toEqual({ ...nothing, iou: { paper: null, fitted: null, oracle: null } });
    expect(pixelCurves).toBeUndefined();
    expect(testThresholds.oracle).toBeNull();
    expect(notes).toEqual(['Not defined: pixel metrics; not every test image has a ground-truth mask.']);
    // Dents all have one, and can be told: half of what is marked. Each half of 1 is above the four good halves, and ties
    // with two of their own.
    expect(kinds.map(({ defectType: kind, iou, pixelAuroc }) => [kind, iou, pixelAuroc])).toEqual([
      ['good', null, null],
      ['dent', 0.5, expect.closeTo(5 / 6, 12)],
      ['scratch', null, null],
    ]);
  });

  it('nothing, where all is defined', async () => {
    const two = [good([51, 51]), scratched([204, 204])];
    const { notes, restoration } = await run([...two, ...two]);
    expect(notes).toEqual([]);
    expect(restoration).toBeUndefined();
  });

  it('how sure one is with a single image of a class', async () => {
    const { image, intervals, kinds, notes } = await run([
      good([51, 51]),
      good([51, 51]),
      scratched([204, 204]),
    ]);
    expect(image.auroc).toBe(1);
    expect(intervals.image).toEqual({ auroc: null, aupr: null, f1Max: null });
    expect(kinds[1]).toMatchObject({ defectType: 'scratch', auroc: 1, interval: null });
    expect(notes).toEqual([
      'Not defined: the interval of image AUROC, the interval of image average precision, the interval of largest image F1 and the interval of the image AUROC of scratch; it takes two images of either class to tell how they vary.',
    ]);
  });
});

describe('kinds of images', () => {
  it('each type of defect is measured against all good images, at the thresholds that were fitted', async () => {
    const dented = (reds: [number, number]) => ({ ...scratched(reds), defectType: 'dent' });
    const { kinds } = await run([
      scratched([0, 255]),
      good([51, 51]),
      dented([153, 153]),
      dented([0, 0]),
      good([102, 102]),
    ]);
    expect(kinds).toEqual([
      {
        defectType: 'good',
        label: 0,
        images: 2,
        called: 1, // 0.4, of a threshold of 0.3
        auroc: null,
        interval: null,
        iou: null,
        pixelAuroc: null,
        aupro: null,
        median: expect.closeTo(0.3, 6),
      },
      {
        defectType: 'dent',
        label: 1,
        images: 2,
        called: 1,
        auroc: 0.5, // 0.6 is above both, 0 above none
        // Of two images each, drawn anew, either may be drawn twice: nothing can be told.
        interval: { low: 0, high: 1, confidence: 0.95, method: 'bca' },
        iou: expect.closeTo(1 / 3, 9), // 0.6 everywhere marks twice the defect, 0 marks none of the other
        // Halves of images: defects at 0.6 and 0 against 0.6 and 0 beside them and four of good images, none of the scratch.
        pixelAuroc: expect.closeTo((5.5 + 0.5) / 12, 12),
        // Half of the two regions is found at 1/6 of the good halves, and no more before 0.3 of them are.
        aupro: expect.closeTo((1 / 6 / 4 + (0.3 - 1 / 6) / 2) / 0.3, 12),
        median: expect.closeTo(0.3, 6),
      },
      {
        defectType: 'scratch',
        label: 1,
        images: 1,
        called: 1,
        auroc: 1,
        interval: null,
        iou: expect.closeTo(128 / (256 - 77), 9),
        pixelAuroc: 1,
        aupro: 1,
        median: 1,
      },
    ]);
  });
});

describe('pixels of each type of defect', () => {
  it('are the pixels of the test set where there is one type alone', async () => {
    const { kinds, pixel } = await run([
      good([30, 90]),
      scratched([20, 120]),
      scratched([200, 60]),
      good([10, 10]),
    ]);
    expect(kinds[1]).toMatchObject({ defectType: 'scratch', pixelAuroc: pixel.auroc });
    expect(kinds[1]?.aupro).toBeCloseTo(pixel.aupro ?? Number.NaN, 12);
  });

  it('say why they have no numbers where nothing is marked', async () => {
    const { kinds, notes } = await run([
      ...[good([30, 90]), good([30, 60]), scratched([20, 120]), scratched([9, 120])],
      ...[20, 30].map((red) => ({ ...scratched([red, 0]), defectType: 'dent', mask: Uint8Array.of(0, 0) })),
    ]);
    expect(kinds[1]).toMatchObject({ defectType: 'dent', pixelAuroc: null, aupro: null });
    expect(notes).toEqual([
      'Not defined: pixel AUROC and AUPRO of dent; its masks and good images have not both good and anomalous pixels.',
    ]);
  });

  const PIXELS = 256 * 256;
  /** A map of values that another seed has, too, but elsewhere, and a mask of its first rows. */
  const drawn = (seed: number) => {
    const map = Float32Array.from(
      { length: PIXELS },
      (_, index) => ((index * 7919 + seed * 104_729) % 65_521) / 65_521,
    );
    return { map, mask: new Uint8Array(PIXELS).fill(1, 0, 256 * (1 + seed)) };
  };

  it('are no longer told apart where that takes too much memory, and all of them stay counted', () => {
    const [apart, bounded] = [new PixelsByDefectType(), new PixelsByDefectType(1e6)];
    for (const pixels of [apart, bounded]) {
      for (let seed = 0; seed < 40; seed++) {
        const { map, mask } = drawn(seed);
        if (seed % 4 === 0) pixels.add({ defectType: 'good', label: 0 }, map, new Uint8Array(PIXELS));
        else pixels.add({ defectType: seed % 4 === 1 ? 'dent' : 'scratch', label: 1 }, map, mask);
      }
    }
    expect(bounded.against('dent')).toBe('memory');
    expect(apart.against('dent')).toBeInstanceOf(PixelAccumulator);
    expect(bounded.all()?.pixels).toEqual(apart.all()?.pixels);
    expect(bounded.all()?.rocAuc()).toBe(apart.all()?.rocAuc());
    expect(bounded.all()?.aupro()).toBeCloseTo(apart.all()?.aupro() ?? Number.NaN, 12);
  });
});

describe('how sure the numbers are', () => {
  it('is what the bootstrap of @utad/eval says', async () => {
    const records = Array.from({ length: 24 }, (_, index) =>
      index % 2 === 0 ? good([(index * 53) % 200, 0]) : scratched([60 + ((index * 37) % 190), 0]),
    );
    const { image, intervals, items } = await run(records);
    const labels = items.map(({ label }) => label);
    const scores = items.map(({ score }) => score);
    const { estimate, low, high } = bootstrapInterval(labels, scores, rocAuc);
    expect(image.auroc).toBe(estimate);
    expect(intervals.image.auroc).toEqual({ low, high, confidence: 0.95, method: 'bca' });
    expect(low).toBeLessThan(estimate);
    expect(high).toBeGreaterThan(estimate);
    for (const key of ['aupr', 'f1Max'] as const) {
      expect(intervals.image[key]?.low).toBeLessThan(image[key] ?? 0);
      expect(intervals.image[key]?.high).toBeGreaterThanOrEqual(image[key] ?? 1);
    }
  });
});

describe('curves of pixels', () => {
  it('end at every pixel, and pass through what the confusion at a threshold says', async () => {
    const { pixelCurves } = await run([good([51, 51]), scratched([102, 204])]);
    const { thresholds: at, truePositiveRate, falsePositiveRate, overlap } = pixelCurves ?? {};
    expect([truePositiveRate?.at(-1), falsePositiveRate?.at(-1), overlap?.at(-1)]).toEqual([1, 1, 1]);
    expect(at?.[0]).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('repairs', () => {
  it('say how much was changed inside masks, outside them, and where there is no defect', async () => {
    // |x - x / 2| over three channels: a sixth of the red one. Reds of 0.4 and 1, the defect at the second pixel; between
    // their centres the map rises in a line, so that a half of the image has the mean 0.4 + 0.6 / 8.
    const { repairs } = await run([scratched([102, 255]), good([204, 204])]);
    expect(repairs.half).toEqual({
      inside: expect.closeTo((1 - 0.6 / 8) / 6, 6),
      outside: expect.closeTo((0.4 + 0.6 / 8) / 6, 6),
      good: expect.closeTo(0.8 / 6, 6),
      share: expect.closeTo(0.925 / 1.4, 6),
      area: 0.5,
    });
  });
});

describe('whoever watches', () => {
  it('is handed each batch with its prediction, and waited for', async () => {
    const seen: [ids: string[], half: number[], parts: string[]][] = [];
    let waited = 0;
    const observer = {
      wants: { parts: 'all', pictures: ['half'] },
      async see({ records, prediction, items }: EvaluatedBatch) {
        expect(records.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
        const { half } = prediction.pictures;
        await new Promise((resolve) => setTimeout(resolve, 5));
        waited += 1;
        seen.push([items.map(({ id }) => id), [...(half?.data ?? [])], Object.keys(prediction.parts)]);
      },
    } as const;
    await run([good([51, 51], 'a'), good([102, 102], 'b'), scratched([204, 204], 'c')], {
      batchSize: 2,
      observers: [observer],
    });
    expect(waited).toBe(2);
    expect(seen.map(([ids]) => ids)).toEqual([['a', 'b'], ['c']]);
    expect(seen[1]?.[1][0]).toBe(102);
    expect(seen.map(([, , parts]) => parts)).toEqual([
      ['part/a', 'part/b'],
      ['part/a', 'part/b'],
    ]);
  });

  it('is given no parts and no pictures that nobody asked for', async () => {
    const given: unknown[] = [];
    const see = ({ prediction: { parts, pictures } }: EvaluatedBatch) => void given.push(parts, pictures);
    await run([good([51, 51])], { observers: [{ see }] });
    expect(given).toEqual([{}, {}]);
  });

  it('shares one prediction of each batch with all others', async () => {
    const detector = new FakeDetector({ inputSize: [1, 2] });
    const asked: unknown[] = [];
    const counted = {
      inputSize: detector.inputSize,
      reduction: detector.reduction,
      predict: (...args: Parameters<FakeDetector['predict']>) => {
        asked.push(args[1]);
        return detector.predict(...args);
      },
    };
    const see = () => {};
    await evaluateDetector(counted, dataOf([good([51, 51]), scratched([1, 2])]), {
      thresholds,
      batchSize: 1,
      observers: [
        { see, wants: { parts: ['part/a'] } },
        { see, wants: { parts: ['part/b'] } },
      ],
    });
    detector.dispose();
    const all = { resizeTo: [256, 256], parts: ['part/a', 'part/b'], pictures: [], differences: 'all' };
    expect(asked).toEqual([all, all]);
  });

  it('stops the evaluation where it throws, and leaves no tensor behind', async () => {
    const see = async () => {
      throw new Error('disk full');
    };
    const observers = [{ see, wants: { parts: 'all' } as const }];
    await expect(run([good([51, 51])], { observers })).rejects.toThrow('disk full');
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
    // Pictures have whole grey levels: the half of 255 is 128, and the twin has 51.
    expect(restoration?.inside.half).toBeCloseTo(77 / 255 / 3, 6);
    // Outside: 0.2 of the first image, 0.4 and 0.4 of the third.
    expect(restoration?.outside.half).toBeCloseTo((0.2 + 0.4 + 0.4) / 9, 6);
  });
});

it('stops where its signal aborts, and leaves no tensor behind', async () => {
  const controller = new AbortController();
  const onEvent = (_: PipelineEvent) => controller.abort(new Error('enough'));
  const records = [good([1, 1]), good([2, 2]), good([3, 3])];
  const stopped = run(records, { batchSize: 1, onEvent, signal: controller.signal });
  await expect(stopped).rejects.toThrow('enough');
});
