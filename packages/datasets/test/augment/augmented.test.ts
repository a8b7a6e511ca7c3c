import { type Dataset, holdOut, type ImageRecord, type Size } from '@utad/core';
import { augmented } from '@utad/datasets';
import { readBatches } from '@utad/training';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { read } from '../pictures';

const SIZE: Size = [6, 8];

/** Noise of values that leave room to get brighter, with a mask of bright pixels and a darker twin. */
function recordAt(index: number): ImageRecord {
  const image = Uint8Array.from(
    { length: 6 * 8 * 3 },
    (_, at) => 20 + ((at * 37 + index * 101 + at * at * 7) % 150),
  );
  const mask = Uint8Array.from({ length: 48 }, (_, at) => ((image[at * 3] ?? 0) > 100 ? 1 : 0));
  const cleanTwin = image.map((value) => value - 10);
  return { id: `${index}`, label: 1, defectType: 'spot', image, size: SIZE, channels: 3, mask, cleanTwin };
}

const COUNT = 10;
const data: Dataset = {
  count: COUNT,
  fingerprint: 'noise',
  async *records(order) {
    for (const index of order) yield recordAt(index);
  },
};

const all = [...Array(COUNT).keys()];
const inPass = async (varied: Dataset, pass: number, order = all): Promise<ImageRecord[]> => {
  const records: ImageRecord[] = [];
  for await (const record of varied.records(order, pass)) records.push(record);
  return records;
};
const everything = { flipHorizontal: true, flipVertical: true, rotation: 20, shift: 0.2, brightness: 0.3 };

describe('augmented', () => {
  it('gives the data themselves where everything is off', () => {
    for (const off of [{}, { flipHorizontal: false, rotation: 0, shift: 0, brightness: 0, seed: 5 }]) {
      expect(augmented(data, off)).toBe(data);
    }
  });

  it('gives the same for one seed, pass and index, in whatever order they are read', async () => {
    const varied = augmented(data, everything);
    const order = fc.array(fc.integer({ min: 0, max: COUNT - 1 }), { maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(order, fc.integer({ min: 0, max: 5 }), async (indices, pass) => {
        const whole = await inPass(varied, pass);
        expect(await inPass(varied, pass, indices)).toEqual(indices.map((index) => whole[index]));
      }),
      { numRuns: 20 },
    );
  });

  it('gives something else in every pass and for every seed', async () => {
    const seen = [];
    for (const seed of [0, 1]) {
      for (const pass of [0, 1, 2])
        seen.push(JSON.stringify(await inPass(augmented(data, { ...everything, seed }), pass)));
    }
    expect(new Set(seen).size).toBe(6);
    expect(await inPass(augmented(data, everything), 0)).toEqual(await read(augmented(data, everything)));
  });

  it('mirrors about half of the images, and no byte is lost', async () => {
    const varied = augmented(data, { flipHorizontal: true });
    let mirrored = 0;
    for (let pass = 0; pass < 20; pass++) {
      for (const [index, { image }] of (await inPass(varied, pass)).entries()) {
        const before = recordAt(index).image;
        if (image.every((value, at) => value === before[at])) continue;
        mirrored += 1;
        for (const [at, value] of image.entries()) {
          const [row, column, channel] = [Math.floor(at / 24), Math.floor(at / 3) % 8, at % 3];
          expect(value).toBe(before[row * 24 + (7 - column) * 3 + channel]);
        }
      }
    }
    // Of 200, within five deviations.
    expect(Math.abs(mirrored - 100)).toBeLessThan(36);
  });

  it('does to a clean twin what it does to the image: outside the mask they stay as far apart', async () => {
    const varied = await inPass(augmented(data, { ...everything, brightness: 0 }), 3);
    for (const { image, cleanTwin } of varied) {
      expect(cleanTwin).toHaveLength(image.length);
      for (const [at, value] of image.entries()) expect(value - (cleanTwin?.[at] ?? 0)).toBe(10);
    }
  });

  it('moves a mask with its image when they mirror: it stays on the bright pixels', async () => {
    for (const { image, mask } of await inPass(
      augmented(data, { flipHorizontal: true, flipVertical: true }),
      1,
    )) {
      for (const [at, value] of (mask ?? []).entries())
        expect(value).toBe((image[at * 3] ?? 0) > 100 ? 1 : 0);
    }
  });

  it('keeps masks at 0 and 1, and leaves them alone when it is only the light that changes', async () => {
    for (const { mask } of await inPass(augmented(data, everything), 2)) {
      expect(new Set(mask)).toEqual(new Set([0, 1]));
    }
    for (const [index, { mask }] of (await inPass(augmented(data, { brightness: 0.5 }), 2)).entries()) {
      expect(mask).toEqual(recordAt(index).mask);
    }
  });

  it('multiplies all bytes of an image by one number within the range', async () => {
    for (const [index, { image }] of (await inPass(augmented(data, { brightness: 0.2 }), 0)).entries()) {
      const before = recordAt(index).image;
      const ratio =
        image.reduce((sum, value) => sum + value, 0) / before.reduce((sum, value) => sum + value, 0);
      expect(ratio).toBeGreaterThan(0.79);
      expect(ratio).toBeLessThan(1.21);
      for (const [at, value] of image.entries())
        expect(Math.abs(value - ratio * (before[at] ?? 0))).toBeLessThan(1.2);
    }
  });

  it('leaves the records of the data as they were', async () => {
    const held = all.map(recordAt);
    const kept: Dataset = {
      ...data,
      records: async function* (order) {
        for (const index of order) yield held[index] ?? recordAt(index);
      },
    };
    await inPass(augmented(kept, everything), 0);
    expect(held).toEqual(all.map(recordAt));
  });

  it('has a fingerprint that tells what is done', () => {
    const prints = [
      {},
      { flipHorizontal: true },
      { rotation: 5 },
      { rotation: 6 },
      { rotation: 5, seed: 1 },
    ].map((options) => augmented(data, options).fingerprint);
    expect(new Set(prints).size).toBe(5);
  });

  it('works below holdOut and above it, and reaches batches with the pass', async () => {
    const { training } = holdOut(augmented(data, everything));
    expect(await inPass(training, 1, [0, 1])).not.toEqual(await inPass(training, 0, [0, 1]));
    const ids = async (pass: number) => {
      const firsts: (number | undefined)[] = [];
      for await (const { images, records } of readBatches(training, {
        order: [0, 1],
        batchSize: 2,
        size: SIZE,
        pass,
      })) {
        firsts.push(records[0]?.image[0], records[1]?.image[0]);
        images.dispose();
      }
      return firsts;
    };
    expect(await ids(1)).toEqual((await inPass(training, 1, [0, 1])).map(({ image }) => image[0]));
  });

  it.each([
    [{ rotation: 181 }, 'rotation: expected a number from 0 to 180, received 181'],
    [{ rotation: Number.NaN }, 'rotation: expected a number from 0 to 180, received NaN'],
    [{ shift: -0.1 }, 'shift: expected a number from 0 to 0.5, received -0.1'],
    [{ brightness: 2 }, 'brightness: expected a number from 0 to 1, received 2'],
    [{ flipVertical: true, seed: 0.5 }, 'seed: expected a whole number, received 0.5'],
  ])('refuses %o', (options, message) => {
    expect(() => augmented(data, options)).toThrow(message);
  });
});
