import {
  type GalleryPicture,
  type GalleryRow,
  ReportError,
  type ReportErrorCode,
  renderReport,
} from '@utad/report';
import { GalleryBuilder } from '@utad/report/node';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { bareReport } from './run/bare-report';
import { sampleDifference } from './sample';

const size = [4, 6] as const;
const thresholds = { pixelThreshold: 0.5, imageThreshold: 10 };

function row(id: string, score: number, rest: Partial<GalleryRow> = {}): GalleryRow {
  return {
    ...{ id, score, defectType: 'good', label: 0, size },
    images: [{ name: 'input', symbol: 'x', pixels: new Uint8Array(72).fill(100) }],
    maps: [{ name: 'anomaly map', group: 'total', values: new Float32Array(24) }],
    ...rest,
  };
}
const defect = { defectType: 'hole', label: 1 } as const;

/** RGB, the same for the same seed; it takes as many bytes as a picture can. */
function noiseOf(side: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: side * side * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

async function galleryOf(rows: readonly GalleryRow[], options = {}) {
  const builder = new GalleryBuilder({ ...thresholds, expected: rows.length, ...options });
  for (const each of rows) await builder.add(each);
  return builder.build();
}

async function decoded({ picture }: GalleryPicture) {
  const bytes = Buffer.from(picture.source.replace(/^data:image\/webp;base64,/, ''), 'base64');
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  expect([info.height, info.width]).toEqual(picture.size);
  return [...data.subarray(0, 3)];
}

describe('a gallery', () => {
  it('has wrong images first, then the others, each from the highest score, with call and rank', async () => {
    const gallery = await galleryOf([
      row('good, high', 11),
      row('good, low', 1),
      row('hole, low', 9, defect),
      row('hole, at the threshold', 10, defect),
      row('hole, high', 20, defect),
    ]);
    expect(gallery.images.map(({ id, verdict, rank }) => [id, verdict, rank])).toEqual([
      ['good, high', 'false alarm', 2],
      ['hole, low', 'missed', 4],
      ['hole, high', 'right', 1],
      ['hole, at the threshold', 'right', 3],
      ['good, low', 'right', 5],
    ]);
    expect(gallery.seen).toEqual({ images: 5, wrong: 2 });
  });

  it('gives images of one score one rank', async () => {
    const { images } = await galleryOf([row('a', 3), row('b', 3), row('c', 2)]);
    expect(images.map(({ rank }) => rank)).toEqual([1, 1, 3]);
  });

  it('draws maps on one scale, from nothing to twice the pixel threshold, and |x - m| on its own', async () => {
    const flat = (value: number) => new Float32Array(24).fill(value);
    const { images } = await galleryOf(
      [
        row('one', 1, {
          maps: [
            { name: 'anomaly map', group: 'total', values: flat(0.5) },
            { name: 'conv1_2', group: 'layer', values: flat(7) },
            { name: 'φ(x, m)', group: 'pair', values: flat(0) },
            { name: '|x − m|', group: 'repair', values: flat(0.1) },
          ],
        }),
      ],
      { differences: [{ ...sampleDifference, limit: 0.2 }] },
    );
    const [image] = images;
    const total = image?.pictures.find(({ group }) => group === 'total');
    const [layer, pair, repair] = image?.details ?? [];
    if (!(total && layer && pair && repair)) throw new Error('expected four maps');
    // The middle, the end and the beginning of inferno as matplotlib publishes it, give or take the coding.
    const close = (colour: readonly number[], expected: readonly number[]) => {
      const differences = colour.map((value, channel) => Math.abs(value - (expected[channel] ?? 0)));
      expect(Math.max(...differences)).toBeLessThan(8);
    };
    close(await decoded(total), [188, 55, 84]);
    close(await decoded(layer), [252, 255, 164]);
    close(await decoded(pair), [0, 0, 4]);
    close(await decoded(repair), [188, 55, 84]);
    expect(layer.description).toBe('Share of layer conv1_2 of one, highest value 7.00');
  });

  it('draws each part of the map to a limit of its own, the same for all images, and says it', async () => {
    const layers = (conv1: number, conv2: number): GalleryRow['maps'] => [
      { name: 'anomaly map', group: 'total', values: new Float32Array(24) },
      { name: 'conv1_2', group: 'layer', values: new Float32Array(24).fill(conv1) },
      { name: 'conv2_2', group: 'layer', values: new Float32Array(24).fill(conv2) },
    ];
    const gallery = await galleryOf(
      [row('bright', 2, { maps: layers(0.002, 0.5) }), row('dark', 1, { maps: layers(0, 1) })],
      { partLimits: { conv1_2: 0.002 } },
    );
    const [bright, dark] = gallery.images.map(({ details }) => details);
    expect(bright?.map(({ limit }) => limit)).toEqual([0.002, 1]);
    expect(dark?.map(({ limit }) => limit)).toEqual([0.002, 1]);
    const colours: number[][] = [];
    for (const picture of [...(bright ?? []), ...(dark ?? [])]) colours.push(await decoded(picture));
    // The last, the middle, the first and the last colour of inferno.
    const expected = [
      [252, 255, 164],
      [188, 55, 84],
      [0, 0, 4],
      [252, 255, 164],
    ];
    for (const [at, colour] of colours.entries()) {
      for (const [channel, value] of colour.entries()) {
        expect(Math.abs(value - (expected[at]?.[channel] ?? Number.NaN))).toBeLessThan(8);
      }
    }
    const page = await renderReport({ ...bareReport, gallery });
    expect(page).toContain('conv1_2<br>0 to 0.00200');
    expect(page).toContain('conv2_2<br>0 to 1.00');
    await expect(galleryOf([row('one', 1)], { partLimits: { conv1_2: Number.NaN } })).rejects.toThrow(
      'limit of conv1_2: expected a number of at least 0, received NaN',
    );
  });

  it('marks the pixels that reach the pixel threshold, and says how many are marked and defective', async () => {
    const values = Float32Array.from({ length: 24 }, (_, i) => (i < 6 ? 0.5 : 0.499));
    const mask = Uint8Array.from({ length: 24 }, (_, i) => Number(i < 12));
    const { images } = await galleryOf([
      row('one', 1, { ...defect, maps: [{ name: 'anomaly map', group: 'total', values }], mask }),
    ]);
    const marked = images[0]?.pictures.find(({ group }) => group === 'segmentation');
    expect(marked?.description).toBe(
      'Segmentation of one: 25.0 % of its pixels are marked; 50.0 % are truly defective',
    );
  });

  it('keeps no array that came in, and changes none', async () => {
    const one = row('one', 1, { neighbours: [{ id: 'train/0', distance: 1 }] });
    const before = structuredClone(one);
    const builder = new GalleryBuilder({ ...thresholds, expected: 1 });
    await builder.add(one);
    expect(one).toEqual(before);
    const first = JSON.stringify(builder.build());
    one.images[0]?.pixels.fill(0);
    one.maps[0]?.values.fill(9);
    expect(JSON.stringify(builder.build())).toBe(first);
  });

  it('shows each training image once, and only those that are near an image shown', async () => {
    const builder = new GalleryBuilder(thresholds);
    await builder.add(row('a', 1, { neighbours: [{ id: 'train/1', distance: 0.5 }] }));
    await builder.add(row('b', 2));
    builder.setNeighbours('b', [
      { id: 'train/1', distance: 0.25 },
      { id: 'train/3', distance: 0.75 },
    ]);
    for (let i = 0; i < 3; i++) await builder.setTrainingPicture(`train/${i}`, size, new Uint8Array(72));
    const { images, training } = builder.build();
    expect(images.map(({ neighbours }) => neighbours.map(({ id }) => id))).toEqual([
      ['train/1', 'train/3'],
      ['train/1'],
    ]);
    expect(training.map(({ id }) => id)).toEqual(['train/1']);
    const page = await renderReport({ ...bareReport, gallery: builder.build() });
    // That of train/3 was never given.
    expect(page.match(/class="no-thumbnail">no picture</g)).toHaveLength(1);
    expect(page).not.toContain('without a picture');
  });

  it('names training images without a picture where the page has no room, and says how many', async () => {
    const side = 96;
    const builder = new GalleryBuilder({ ...thresholds, bytes: 1e6 });
    const ids = Array.from({ length: 180 }, (_, index) => `train/${index}`);
    for (const [index, id] of ids.entries()) {
      await builder.add(row(`image ${index}`, -index, { neighbours: [{ id, distance: 1 }] }));
      await builder.setTrainingPicture(id, [side, side], noiseOf(side, index));
    }
    const gallery = builder.build();
    const shown = gallery.training.map(({ id }) => id);
    expect(gallery.training.reduce((sum, { picture }) => sum + picture.source.length, 0)).toBeLessThan(1.5e6);
    expect(shown).toEqual(ids.slice(0, shown.length));
    expect(gallery.trainingWithoutRoom).toBe(180 - shown.length);
    expect(gallery.trainingWithoutRoom).toBeGreaterThan(1);
    const page = await renderReport({ ...bareReport, gallery });
    expect(page.match(/>no room for its picture in this page</g)).toHaveLength(180 - shown.length);
    expect(page).toContain(`<p>${180 - shown.length} training images that are among the nearest of an image`);
  });
});

describe('a gallery of more images than it may show', () => {
  it('keeps all wrong ones, and says how many it saw', async () => {
    const rows = Array.from({ length: 30 }, (_, i) =>
      i % 10 === 0 ? row(`wrong ${i}`, 12 + i) : row(`right ${i}`, i / 10),
    );
    const gallery = await galleryOf(rows, { most: 8 });
    expect(gallery.images).toHaveLength(8);
    expect(gallery.images.slice(0, 3).map(({ id }) => id)).toEqual(['wrong 20', 'wrong 10', 'wrong 0']);
    expect(gallery.images.slice(3).every(({ verdict }) => verdict === 'right')).toBe(true);
    expect(gallery.seen).toEqual({ images: 30, wrong: 3 });
    const builder = new GalleryBuilder({ ...thresholds, expected: rows.length, most: 8 });
    for (const each of rows) await builder.add(each);
    expect(rows.filter(({ id }) => builder.has(id)).map(({ id }) => id)).toEqual(
      rows.filter((each) => gallery.images.some(({ id }) => id === each.id)).map(({ id }) => id),
    );
    expect(builder.has('never seen')).toBe(false);
    // Ranks count the images that are not shown too.
    expect(gallery.images.at(-1)).toMatchObject({ id: 'right 1', rank: 30 });
  });
});

describe('a budget of bytes', () => {
  const noise = (seed: number) => noiseOf(128, seed);
  const rich = Array.from({ length: 12 }, (_, i) =>
    row(`${i}`, i, {
      size: [128, 128],
      images: [{ name: 'input', symbol: 'x', pixels: noise(i) }],
      maps: [{ name: 'anomaly map', group: 'total', values: new Float32Array(128 * 128) }],
    }),
  );
  const bytesOf = (gallery: Awaited<ReturnType<typeof galleryOf>>) =>
    gallery.images
      .flatMap(({ pictures }) => pictures)
      .reduce((sum, { picture }) => sum + picture.source.length, 0);

  it('is kept to even where nothing can be compressed, by smaller pictures', async () => {
    const free = await galleryOf(rich);
    const bound = await galleryOf(rich, { bytes: 120_000 });
    expect(bytesOf(free)).toBeGreaterThan(600_000);
    expect(bytesOf(bound)).toBeLessThan(120_000);
    expect(bytesOf(bound)).toBeGreaterThan(40_000);
    expect(free.images[0]?.pictures[0]?.picture.size).toEqual([128, 128]);
    expect(Math.max(...(bound.images[0]?.pictures[0]?.picture.size ?? []))).toBeLessThan(128);
  });

  it('has the bytes again of an image that had to go', async () => {
    const bound = await galleryOf(rich, { bytes: 120_000, most: 3 });
    expect(bound.images).toHaveLength(3);
    expect(bytesOf(bound)).toBeLessThan(120_000);
    // A share four times as large is put to use.
    expect(bytesOf(bound)).toBeGreaterThan(60_000);
  });
});

describe('a row that makes no sense is refused', () => {
  const cases: [what: string, rows: readonly GalleryRow[], code: ReportErrorCode, message: string][] = [
    [
      'a map of another size',
      [row('a', 1, { maps: [{ name: 'anomaly map', group: 'total', values: new Float32Array(7) }] })],
      'length',
      'anomaly map of a: expected 4 x 6 = 24 values, received 7',
    ],
    [
      'an image of another size',
      [row('a', 1, { images: [{ name: 'input', symbol: 'x', pixels: new Uint8Array(7) }] })],
      'length',
      'input of a: expected 4 x 6 x 3 = 72 values, received 7',
    ],
    [
      'a mask of another size',
      [row('a', 1, { mask: new Uint8Array(2) })],
      'length',
      'mask of a: expected 4 x 6 = 24 values, received 2',
    ],
    [
      'no image',
      [row('a', 1, { images: [] })],
      'incomplete',
      'images of a: expected the input at least, received none',
    ],
    ['no total map', [row('a', 1, { maps: [] })], 'incomplete', 'maps of a: expected one total, received 0'],
    [
      'NaN in a map',
      [
        row('a', 1, {
          maps: [{ name: 'anomaly map', group: 'total', values: new Float32Array(24).fill(Number.NaN) }],
        }),
      ],
      'not-finite',
      'anomaly map: expected numbers, received NaN at index 0',
    ],
    [
      'a score that is no number',
      [row('a', Number.NaN)],
      'not-finite',
      'score of a: expected a finite number, received NaN',
    ],
    [
      'the same image twice',
      [row('a', 1), row('a', 2)],
      'duplicate',
      'gallery: expected each image once, received a again',
    ],
  ];
  it.for(cases)('%s', async ([, rows, code, message]) => {
    await expect(galleryOf(rows)).rejects.toThrow(new ReportError(code, message));
  });

  it('and so are options and neighbours that make none', async () => {
    expect(() => new GalleryBuilder({ ...thresholds, pixelThreshold: -1 })).toThrow(
      'pixel threshold: expected a number of at least 0, received -1',
    );
    expect(() => new GalleryBuilder({ ...thresholds, most: 0 })).toThrow(
      'most: expected a whole number of at least 1, received 0',
    );
    const builder = new GalleryBuilder(thresholds);
    expect(() => builder.setNeighbours('b', [])).toThrow(
      'neighbours: expected an image of the gallery, received b',
    );
    await expect(builder.setTrainingPicture('t', size, new Uint8Array(1))).rejects.toThrow(
      'training image t: expected 4 x 6 x 3 = 72 values, received 1',
    );
  });
});
