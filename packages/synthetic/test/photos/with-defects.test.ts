import type { ImageRecord, Size } from '@utad/core';
import { PHOTO_DEFECTS, type PhotoDefectOptions, SyntheticError, withDefects } from '@utad/synthetic';
import { describe, expect, it } from 'vitest';
import { changes, discs, photographs, recordsOf, withoutColour } from './photographs';

const area = ({ mask = new Uint8Array() }: ImageRecord) => mask.reduce((sum, value) => sum + value, 0);
const contrast = (record: ImageRecord) =>
  changes(record).reduce((sum, value) => sum + value, 0) / area(record);

describe('defects on photographs', () => {
  const photos = photographs('capsule', 9);
  const data = withDefects(photos, { good: 3, defective: 4, seed: 5 });

  it('leave the good ones as they are, and change each other one in every pixel of the mask and in none beside', async () => {
    const originals = await recordsOf(photos);
    for (const [index, record] of (await recordsOf(data)).entries()) {
      const original = originals[data.entries[index]?.photo ?? -1];
      expect(record.size).toEqual([96, 96]);
      if (record.label === 0) {
        expect(record).toEqual({ ...original, id: `good/${original?.id}`, mask: new Uint8Array(96 * 96) });
        continue;
      }
      expect(record.cleanTwin).toEqual(original?.image);
      expect(area(record)).toBeGreaterThanOrEqual(6);
      const found = changes(record);
      const [inside, outside] = [1, 0].map((there) =>
        found.filter((_, pixel) => record.mask?.[pixel] === there),
      );
      expect(Math.min(...(inside ?? []))).toBeGreaterThanOrEqual(0.02);
      expect(Math.max(...(outside ?? []))).toBe(0);
    }
  });

  it('come good ones first, then type by type, no photograph being both and none showing a type twice', () => {
    expect(data.entries.map(({ defectType: kind }) => kind)).toEqual([
      ...Array<string>(3).fill('good'),
      ...PHOTO_DEFECTS.flatMap((kind) => Array<string>(4).fill(kind)),
    ]);
    const of = (label: 0 | 1) =>
      new Set(data.entries.filter((one) => one.label === label).map((one) => one.photo));
    expect([of(0).size, of(1).size]).toEqual([3, 6]);
    expect(new Set([...of(0), ...of(1)]).size).toBe(9);
    expect(new Set(data.entries.map(({ photo, defectType: kind }) => `${kind}/${photo}`)).size).toBe(
      data.count,
    );
  });

  it('use half of the photographs, each at least once, where nothing is said', () => {
    const { entries } = withDefects(photographs('capsule', 29));
    expect(entries.filter(({ label }) => label === 0)).toHaveLength(14);
    expect(entries.filter(({ label }) => label === 1)).toHaveLength(3 * 6);
    expect(new Set(entries.map(({ photo }) => photo)).size).toBe(29);
  });

  it('are read in any order, and read no other photograph', async () => {
    const order = [20, 3, 26, 3];
    const all = await recordsOf(data);
    photos.read.length = 0;
    expect(await recordsOf(data, order)).toEqual(order.map((index) => all[index]));
    expect(photos.read).toEqual(order.map((index) => data.entries[index]?.photo));
  });

  it('depend on seed, photograph and kind alone, however many others there are', async () => {
    const byId = new Map((await recordsOf(data)).map((record) => [record.id, record]));
    const fewer = withDefects(photos, { good: 1, defective: 2, defects: ['stain', 'crack'], seed: 5 });
    const common = (await recordsOf(fewer)).filter(({ id }) => byId.has(id));
    expect(common.filter(({ label }) => label === 1).length).toBeGreaterThan(1);
    for (const record of common) expect(record).toEqual(byId.get(record.id));
    const other = await recordsOf(withDefects(photos, { good: 3, defective: 4, seed: 6 }));
    for (const record of other.filter(({ id, label }) => label === 1 && byId.has(id))) {
      expect(record.mask).not.toEqual(byId.get(record.id)?.mask);
    }
  });

  it('have a fingerprint of photographs and options', () => {
    const print = (options: PhotoDefectOptions, count = 9) =>
      withDefects(photographs('capsule', count), options).fingerprint;
    expect(print({ seed: 1 })).toBe(print({ seed: 1 }));
    const others = [
      print({}),
      print({ seed: 1 }),
      print({}, 8),
      print({ severity: 0.4 }),
      print({ contrast: 0.1 }),
    ];
    expect(new Set(others).size).toBe(others.length);
  });
});

describe('the size and the contrast of defects on photographs', () => {
  it.each(PHOTO_DEFECTS)('are those asked for: %s', async (kind) => {
    for (const defectSize of [0.004, 0.02]) {
      for (const asked of [0.05, 0.12]) {
        const one = { good: 0, defective: 3, defects: [kind], defectSize, contrast: asked };
        for (const record of await recordsOf(withDefects(photographs('tile', 3), one))) {
          expect(Math.abs(area(record) / 96 ** 2 - defectSize)).toBeLessThanOrEqual(
            Math.max(defectSize / 10, 2 / 96 ** 2),
          );
          expect(Math.abs(contrast(record) - asked)).toBeLessThanOrEqual(
            Math.max(asked / 10, 1 / 255) + 1e-9,
          );
        }
      }
    }
  });

  it('grow and fade with severity', async () => {
    const mean = async (severity: number) => {
      const data = withDefects(photographs('tile', 8), {
        good: 0,
        defective: 8,
        defects: ['hole'],
        severity,
      });
      const found = await recordsOf(data);
      const of = (value: (record: ImageRecord) => number) =>
        found.reduce((sum, one) => sum + value(one), 0) / 8;
      return { area: of(area), contrast: of(contrast) };
    };
    const [faint, usual, severe] = [await mean(0), await mean(0.5), await mean(1)];
    expect(faint.area).toBeLessThan(usual.area / 1.5);
    expect(severe.area).toBeGreaterThan(usual.area * 1.5);
    expect(faint.contrast).toBeLessThan(usual.contrast / 1.5);
  });

  it('go with the part where none are asked for: small ones on a bolt, larger ones on a tile', async () => {
    const holes = { good: 0, defective: 4, defects: ['hole'] } as const;
    const mean = async (category: 'bolt' | 'tile') =>
      (await recordsOf(withDefects(photographs(category, 4), holes))).reduce(
        (sum, one) => sum + area(one),
        0,
      ) / 4;
    expect(await mean('bolt')).toBeLessThan((await mean('tile')) / 2);
  });

  it('are refused where none can be drawn, by the name of the photograph', async () => {
    const dent = { good: 0, defective: 1, defects: ['deformation'], contrast: 0.6 } as const;
    await expect(recordsOf(withDefects(photographs('tile', 2), dent), [0])).rejects.toMatchObject({
      code: 'not-drawable',
      message: expect.stringMatching(
        /^withDefects: expected a deformation of size any and contrast 0.6 to 0.6, drew 0\.\d+ and 0\.\d+ at the nearest on photos\/\d.jpg$/,
      ),
    });
  });

  it('are refused where none shows: nothing is darker than a black photograph', async () => {
    const black = photographs('tile', 2);
    const dark = {
      ...black,
      async *records(order: readonly number[]) {
        for await (const record of black.records(order))
          yield { ...record, image: new Uint8Array(96 * 96 * 3) };
      },
    };
    const hole = { good: 0, defective: 1, defects: ['hole'] } as const;
    await expect(recordsOf(withDefects(dark, hole))).rejects.toMatchObject({
      code: 'not-drawable',
      message: expect.stringMatching(/^withDefects: expected a hole that shows on photos\/\d.jpg, drew /),
    });
  });
});

describe('photographs', () => {
  it.each([1, 3] as const)('without colour get defects without colour: %i channels', async (channels) => {
    const grey = withoutColour(photographs('capsule', 6), channels);
    const defects = recordsOf(
      withDefects(grey, { good: 0, defective: 6, defects: ['contamination', 'deformation'] }),
    );
    for (const { image, channels: found, cleanTwin } of await defects) {
      expect(found).toBe(channels);
      expect(image).toHaveLength(96 * 96 * channels);
      expect(cleanTwin).toHaveLength(96 * 96 * channels);
      for (let at = 0; channels === 3 && at < image.length; at += 3) {
        expect(image[at] === image[at + 1] && image[at] === image[at + 2]).toBe(true);
      }
    }
  });

  it('of one channel get the defects of three equal ones', async () => {
    const options = { good: 0, defective: 2, defects: ['stain'] } as const;
    const of = (channels: 1 | 3) =>
      recordsOf(withDefects(withoutColour(photographs('bolt', 2), channels), options));
    expect((await of(1)).map(({ mask }) => mask)).toEqual((await of(3)).map(({ mask }) => mask));
  });

  it.each<[Size]>([[[64, 192]], [[192, 64]]])(
    'that are not square get defects all over: %j',
    async (size) => {
      const wide = photographs('tile', 24, size);
      const found = await recordsOf(withDefects(wide, { good: 0, defective: 24, defects: ['hole'] }));
      const long = size[0] > size[1] ? 0 : 1;
      const middles = found.map(({ mask }) => {
        const places = [...(mask ?? [])].flatMap((value, at) =>
          value === 1 ? [long === 1 ? at % size[1] : Math.floor(at / size[1])] : [],
        );
        return places.reduce((sum, place) => sum + place, 0) / places.length;
      });
      expect(Math.min(...middles)).toBeLessThan(64);
      expect(Math.max(...middles)).toBeGreaterThan(128);
    },
  );

  it.each([
    ['evenly lit', 0, 0],
    ['lit from one side', 40, 0],
    ['with a soft shadow beside it', 20, 45],
  ])(
    'of an object before a plain background, %s, have marks on the object alone',
    async (_, slope, shadow) => {
      const kinds = ['scratch', 'crack', 'hole', 'stain', 'contamination'] as const;
      const { photos, distance } = discs(8, slope, shadow);
      const options = { good: 0, defective: 8, defects: kinds };
      for (const { mask = new Uint8Array(), id } of await recordsOf(withDefects(photos, options))) {
        const number = Number(id.split('/')[1]);
        const beside = [...mask].filter((value, pixel) => value === 1 && distance(number, pixel) > 1.5);
        expect(beside.length, id).toBe(0);
      }
    },
  );

  it('of an object before a plain background are dented at its border', async () => {
    const { photos, distance } = discs(8, 20, 45);
    const dents = withDefects(photos, { good: 0, defective: 8, defects: ['deformation'] });
    for (const { mask = new Uint8Array(), id } of await recordsOf(dents)) {
      const number = Number(id.split('/')[1]);
      const far = [...mask].flatMap((value, pixel) => (value === 1 ? [distance(number, pixel)] : []));
      expect(Math.min(...far.map(Math.abs)), id).toBeLessThan(1.5);
    }
  });
});

describe('what is refused', () => {
  it.each<[string, PhotoDefectOptions, number, string]>([
    ['one photograph', {}, 1, 'at least 2 photos, received 1'],
    [
      'a defect of certain products',
      { defects: JSON.parse('["misprint"]') },
      6,
      'defects to be of scratch, crack, hole, stain, contamination, deformation, received misprint',
    ],
    ['a type twice', { defects: ['hole', 'hole'] }, 6, 'each type of defect once, received hole,hole'],
    ['no type', { defects: [] }, 6, 'each type of defect once, received '],
    ['good ones alone', { good: 6 }, 6, 'good to be a whole number below 6, the photos, received 6'],
    ['half a good one', { good: 0.5 }, 6, 'good to be a whole number below 6, the photos, received 0.5'],
    [
      'more than there are photographs',
      { good: 3, defective: 4 },
      6,
      'defective from 1 to 3, the photos that get defects, received 4',
    ],
    ['none of a type', { defective: 0 }, 6, 'defective from 1 to 3, the photos that get defects, received 0'],
    ['a seed that is none', { seed: 0.5 }, 6, 'seed to be a whole number, received 0.5'],
    ['a severity beyond 1', { severity: 1.5 }, 6, 'severity from 0 to 1, received 1.5'],
    [
      'a size of a quarter',
      { defectSize: 0.25 },
      6,
      'defectSize to be a number or a rising range from 0.0005 to 0.2, received 0.25 to 0.25',
    ],
    [
      'a falling range',
      { contrast: [0.2, 0.1] },
      6,
      'contrast to be a number or a rising range from 0.02 to 0.6, received 0.2 to 0.1',
    ],
  ])('%s', (_, options, count, rest) => {
    expect(() => withDefects(photographs('bolt', count), options)).toThrow(
      new SyntheticError('invalid-option', `withDefects: expected ${rest}`),
    );
  });

  it('an index that is none, before any photograph is read', async () => {
    const photos = photographs('bolt', 4);
    await expect(recordsOf(withDefects(photos), [0, 99])).rejects.toThrow(
      'withDefects: expected an index from 0 to 7, received 99',
    );
    expect(photos.read).toEqual([]);
  });

  it('photographs that are too small, or of defective parts', async () => {
    const small = {
      ...photographs('bolt', 2),
      async *records() {
        yield record;
      },
    };
    const record: ImageRecord = {
      id: 'a.png',
      label: 0,
      defectType: 'good',
      image: new Uint8Array(3072 - 96),
      size: [31, 32],
      channels: 3,
    };
    await expect(recordsOf(withDefects(small), [0])).rejects.toThrow(
      'withDefects: expected photos of 32 pixels or more, as a.png should be, received 31x32',
    );
    const bad = {
      ...small,
      async *records() {
        yield { ...record, size: [32, 32] as const, label: 1 as const, defectType: 'cut' };
      },
    };
    await expect(recordsOf(withDefects(bad), [0])).rejects.toThrow(
      'withDefects: expected good photos, of which a.png is none, received cut',
    );
  });
});
