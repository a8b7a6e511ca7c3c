import type { ImageRecord } from '@utad/core';
import {
  SYNTHETIC_CATEGORIES,
  SYNTHETIC_DEFECTS,
  SYNTHETIC_PRODUCTS,
  SyntheticError,
  type SyntheticOptions,
  synthesize,
} from '@utad/synthetic';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordsOf } from './photos/photographs';

/** Every product with every defect that fits it. */
const PAIRS = SYNTHETIC_CATEGORIES.flatMap((category) => {
  const { defects, onRequest } = SYNTHETIC_PRODUCTS[category];
  return [...defects, ...onRequest].map((defect) => ({ category, defect }));
});

const aim = (most: number) =>
  fc.option(fc.double({ min: most / 4, max: most, noNaN: true }), { nil: undefined });

const drawing = fc
  .record({
    pair: fc.constantFrom(...PAIRS),
    index: fc.nat(20),
    seed: fc.integer(),
    severity: fc.double({ min: 0, max: 1, noNaN: true }),
    defectSize: aim(0.08),
    contrast: aim(0.12),
    size: fc.tuple(fc.integer({ min: 32, max: 48 }), fc.integer({ min: 32, max: 48 })),
  })
  .map(({ pair, defectSize, contrast, ...rest }) => ({
    ...pair,
    ...rest,
    ...(defectSize !== undefined && { defectSize }),
    ...(contrast !== undefined && { contrast }),
  }));
type Drawing = typeof drawing extends fc.Arbitrary<infer T> ? T : never;

const holds = (law: (drawing: Drawing) => void) =>
  fc.assert(
    fc.property(drawing, (one) => {
      law(one);
    }),
    { numRuns: 40 },
  );

/** The defective image of that number, in a set of that one type of defect. */
function defective({ defect, index, ...options }: Drawing): ImageRecord {
  return synthesize({ ...options, split: 'test', count: 0, defects: [defect], defective: index + 1 }).record(
    index,
  );
}

/** Mask and twin, which every defective record has. */
function truthOf({ mask, cleanTwin, id }: ImageRecord): { mask: Uint8Array; cleanTwin: Uint8Array } {
  if (mask === undefined || cleanTwin === undefined) throw new Error(`${id} has no mask or twin`);
  return { mask, cleanTwin };
}

function expectExactMask(record: ImageRecord): void {
  const { mask, cleanTwin } = truthOf(record);
  const differs = Uint8Array.from(mask, (_, pixel) =>
    [0, 1, 2].some((channel) => record.image[3 * pixel + channel] !== cleanTwin[3 * pixel + channel]) ? 1 : 0,
  );
  expect(mask).toEqual(differs);
  expect(cleanTwin).toHaveLength(record.image.length);
}

describe('a defective image', () => {
  it.each(PAIRS)('of a $category with $defect differs from its clean twin in the mask alone', (pair) => {
    const sizes: [number, number][] = [
      [32, 32],
      [40, 33],
      [64, 64],
    ];
    for (const size of sizes) {
      const one = { ...pair, index: 0, seed: 5, severity: 0.5, size };
      expectExactMask(defective(one));
      expectExactMask(defective({ ...one, defectSize: 0.02, contrast: 0.06 }));
    }
  });

  it('differs from its clean twin in every pixel of the mask, and in no byte outside', () => {
    holds((one) => {
      expectExactMask(defective(one));
    });
  });

  it('has a defect, and a minority of pixels in it', () => {
    holds((one) => {
      const { mask } = truthOf(defective(one));
      const share = mask.reduce((sum, value) => sum + value, 0) / mask.length;
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(0.25);
    });
  });

  it('says what it is', () => {
    holds((one) => {
      const record = defective(one);
      expect(record).toMatchObject({ label: 1, defectType: one.defect, size: one.size, channels: 3 });
      expect(record.id).toBe(`test/${one.defect}/${String(one.index).padStart(3, '0')}`);
      expect(record.image).toHaveLength(one.size[0] * one.size[1] * 3);
    });
  });

  it('keeps its clean twin whatever the severity', () => {
    holds((one) => {
      expect(truthOf(defective({ ...one, severity: 1 })).cleanTwin).toEqual(
        truthOf(defective(one)).cleanTwin,
      );
    });
  });
});

describe('what is drawn', () => {
  it('depends on the options alone', () => {
    holds((one) => expect(defective(one)).toEqual(defective(one)));
  });

  it('depends neither on how many others there are nor on the other types of defect', () => {
    holds((one) => {
      const { defect, index, ...options } = one;
      const { defects, onRequest } = SYNTHETIC_PRODUCTS[one.category];
      const data = synthesize({
        ...options,
        split: 'test',
        count: 7,
        defective: index + 3,
        defects: [...onRequest, ...defects],
      });
      const alone = defective(one);
      const place = data.entries.findIndex(({ id }) => id === alone.id);
      expect(data.record(place)).toEqual(alone);
    });
  });

  it('differs from seed to seed, from image to image, and from split to split', () => {
    holds(({ category, seed, index }) => {
      const good = (options: Pick<SyntheticOptions, 'split' | 'seed'>, at = index) =>
        Buffer.from(synthesize({ category, count: at + 1, size: [32, 32], ...options }).record(at).image);
      const images = [
        good({ split: 'train', seed }),
        good({ split: 'train', seed: seed === 0 ? 1 : 0 }),
        good({ split: 'train', seed }, index + 1),
        good({ split: 'test', seed }),
        good({ split: 'validation', seed }),
      ];
      expect(new Set(images.map((image) => image.toString('hex'))).size).toBe(5);
    });
  });

  it.each(SYNTHETIC_CATEGORIES)('of the splits of a %s shares no image, and no twin', async (category) => {
    const of = async (split: SyntheticOptions['split']) => {
      const records = await recordsOf(synthesize({ category, split, count: 12, size: [32, 32] }));
      const pictures = records.flatMap(({ image, cleanTwin }) => [image, ...(cleanTwin ? [cleanTwin] : [])]);
      return pictures.map((picture) => Buffer.from(picture).toString('hex'));
    };
    const all = [...(await of('train')), ...(await of('validation')), ...(await of('test'))];
    expect(new Set(all).size).toBe(all.length);
  });

  it('is read in any order', async () => {
    const data = synthesize({ category: 'button', split: 'test', count: 5, size: [32, 32] });
    const all = await recordsOf(data);
    expect(await recordsOf(data, [9, 0, 4, 4, 7])).toEqual([9, 0, 4, 4, 7].map((index) => all[index]));
  });
});

describe('a synthetic dataset', () => {
  it('has half of its test images good, the defects type by type', () => {
    const data = synthesize({ category: 'washer', split: 'test', count: 10 });
    expect(data.count).toBe(20);
    expect(data.entries.map(({ defectType: kind }) => kind)).toEqual([
      ...Array.from({ length: 10 }, () => 'good'),
      ...['scratch', 'hole', 'stain', 'missing', 'contamination'].flatMap((kind) => [kind, kind]),
    ]);
    expect(new Set(data.entries.map(({ id }) => id)).size).toBe(20);
  });

  it('has the same kinds for validation as for testing, under ids of its own', () => {
    const of = (split: 'validation' | 'test') => synthesize({ category: 'capsule', split, count: 8 }).entries;
    expect(of('validation').map(({ defectType: kind }) => kind)).toEqual(
      of('test').map(({ defectType: kind }) => kind),
    );
    expect(of('validation')[8]).toEqual({ id: 'validation/scratch/000', label: 1, defectType: 'scratch' });
  });

  it('has every defect with some product, and names none twice', () => {
    const named = SYNTHETIC_CATEGORIES.map((category) => {
      const { defects, onRequest } = SYNTHETIC_PRODUCTS[category];
      const all = [...defects, ...onRequest];
      expect(new Set(all).size).toBe(all.length);
      return all;
    });
    expect(new Set(named.flat())).toEqual(new Set(SYNTHETIC_DEFECTS));
  });

  it('has good images with an empty mask and without a twin', async () => {
    const data = synthesize({ category: 'wood', split: 'train', count: 3, size: [32, 48] });
    for (const record of await recordsOf(data)) {
      expect(record).toMatchObject({ label: 0, defectType: 'good', size: [32, 48] });
      expect(record.mask).toEqual(new Uint8Array(32 * 48));
      expect(record).not.toHaveProperty('cleanTwin');
    }
  });

  it('has the same fingerprint only for the same options', () => {
    const base: SyntheticOptions = { category: 'washer', split: 'test', count: 4 };
    const of = (options: Partial<SyntheticOptions>) => synthesize({ ...base, ...options }).fingerprint;
    const others: Partial<SyntheticOptions>[] = [
      { category: 'button' },
      { count: 5 },
      { defective: 2 },
      { size: [64, 65] },
      { seed: 1 },
      { severity: 0.6 },
      { defects: ['hole'] },
      { split: 'train', defective: 0 },
      { split: 'validation' },
      { defectSize: 0.03 },
      { defectSize: [0.03, 0.04] },
      { contrast: 0.03 },
    ];
    const { defects } = SYNTHETIC_PRODUCTS.washer;
    expect(of({ seed: 0, size: [64, 64], severity: 0.5, defective: 1, defects })).toBe(of({}));
    expect(of({ defectSize: 0.03 })).toBe(of({ defectSize: [0.03, 0.03] }));
    expect(new Set([of({}), ...others.map(of)]).size).toBe(others.length + 1);
  });

  it.each<[string, Partial<SyntheticOptions>]>([
    ['count to be a whole number, received 1.5', { count: 1.5 }],
    ['defective to be a whole number, received -1', { defective: -1 }],
    ['no defective images in the train split, received 1', { split: 'train', defective: 1 }],
    ['seed to be a whole number, received NaN', { seed: Number.NaN }],
    ['severity from 0 to 1, received 1.1', { severity: 1.1 }],
    ['size of 32 to 4096 pixels, received 31', { size: [64, 31] }],
    [
      'defectSize to be a number or a rising range from 0.002 to 0.2, received 0.3 to 0.3',
      { defectSize: 0.3 },
    ],
    [
      'defectSize to be a number or a rising range from 0.002 to 0.2, received 0.1 to 0.05',
      { defectSize: [0.1, 0.05] },
    ],
    [
      'contrast to be a number or a rising range from 0.02 to 0.6, received NaN to NaN',
      { contrast: Number.NaN },
    ],
    [
      'defects of a washer to be of scratch, hole, stain, missing, contamination, crack, deformation, received misprint',
      { defects: ['misprint'] },
    ],
    ['each type of defect once, received hole, hole', { defects: ['hole', 'hole'] }],
    ['at least one image, received 0', { count: 0 }],
  ])('refuses other options: expected %s', (message, options) => {
    expect(() => synthesize({ category: 'washer', split: 'test', count: 4, ...options })).toThrow(
      new SyntheticError('invalid-option', `synthesize: expected ${message}`),
    );
  });

  it('refuses an index that it does not have', () => {
    const data = synthesize({ category: 'washer', split: 'train', count: 2 });
    expect(() => data.record(2)).toThrow('synthesize: expected an index from 0 to 1, received 2');
  });
});
