import { DatasetError, parseCifar10, parseIdx, parseIdxHeader, parseIdxLabels } from '@utad/datasets';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cifarRecord, idx } from './class-files';

const name = 'a file';

describe('IDX', () => {
  it('gives back any array of bytes, without copying it', () => {
    const side = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(
        fc.array(side, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 255 }),
        (shape, first) => {
          const length = shape.reduce((product, part) => product * part, 1);
          const values = Uint8Array.from({ length }, (_, index) => (first + index) % 256);
          const bytes = idx(shape, values);
          const read = parseIdx(bytes, { dimensions: shape.length, name });
          expect(read).toEqual({ shape, values });
          expect(read.values.buffer).toBe(bytes.buffer);
        },
      ),
    );
  });

  it('is read where it lies in a larger buffer', () => {
    const whole = new Uint8Array([9, 9, 9, ...idx([2], [5, 7]), 9]);
    expect([...parseIdx(whole.subarray(3, 3 + 10), { dimensions: 1, name }).values]).toEqual([5, 7]);
  });

  it('tells how long the file must be from its header alone', () => {
    expect(parseIdxHeader(idx([60_000, 28, 28], []), { dimensions: 3, name })).toEqual({
      shape: [60_000, 28, 28],
      bytes: 47_040_016,
    });
  });

  const huge = 2 ** 32 - 1;
  const bad: [what: string, bytes: Uint8Array, dimensions: number, message: RegExp][] = [
    ['no bytes', new Uint8Array(0), 1, /expected 8 bytes of header in a file, received 0 bytes$/],
    ['half a header', idx([2, 2, 2], []).subarray(0, 9), 3, /16 bytes of header .* received 9 bytes$/],
    [
      'a PNG',
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
      1,
      /magic number 0x00000801 .* 0x89504e47$/,
    ],
    ['floats', Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 1, 0), 1, /magic number 0x00000801 .* 0x00000d01$/],
    ['labels for images', idx([2], [1, 2]), 3, /(16 bytes of header|magic number 0x00000803)/],
    ['a huge header', idx([huge, huge, huge], [1]), 3, /at most 1073741824 bytes .* announces 4294967295x/],
    ['a header of 4 GiB', idx([2 ** 31, 1, 2], [1]), 3, /at most 1073741824 bytes/],
    ['no images', idx([0, 28, 28], []), 3, /at least one value .* the shape 0x28x28$/],
    ['one byte too few', idx([3], [1, 2]), 1, /expected 11 bytes for 3 in a file, received 10$/],
    ['one byte too many', idx([3], [1, 2, 3, 4]), 1, /expected 11 bytes for 3 in a file, received 12$/],
  ];
  it.each(bad)('refuses %s on one line', (_, bytes, dimensions, message) => {
    expect(() => parseIdx(bytes, { dimensions, name })).toThrow(DatasetError);
    expect(() => parseIdx(bytes, { dimensions, name })).toThrow(message);
    expect(() => parseIdx(bytes, { dimensions, name })).toThrow(/^IDX: [^\n]*$/);
  });

  it('has labels of known classes alone', () => {
    expect([...parseIdxLabels(idx([3], [0, 9, 4]), { classes: 10, name })]).toEqual([0, 9, 4]);
    expect(() => parseIdxLabels(idx([3], [0, 10, 11]), { classes: 10, name })).toThrow(
      'IDX: expected labels from 0 to 9 in a file, received 10 as label 1',
    );
  });
});

describe('CIFAR-10', () => {
  it('has a label and three planes an image, which come out as pixels of three channels', () => {
    const planes = Uint8Array.from({ length: 3072 }, (_, index) => index % 251);
    const batch = parseCifar10(Uint8Array.of(...cifarRecord(3, 1, 2, 3), 9, ...planes), name);
    expect(batch.count).toBe(2);
    expect([...batch.labels]).toEqual([3, 9]);
    expect([...batch.image(0).subarray(0, 6)]).toEqual([1, 2, 3, 1, 2, 3]);
    const second = batch.image(1);
    expect(second).toHaveLength(3072);
    // The pixel in row 2, column 5.
    const pixel = 2 * 32 + 5;
    const expected = [pixel, 1024 + pixel, 2048 + pixel].map((place) => place % 251);
    expect([...second.subarray(pixel * 3, pixel * 3 + 3)]).toEqual(expected);
  });

  it('refuses an index that there is not', () => {
    const batch = parseCifar10(Uint8Array.from(cifarRecord(0, 0, 0, 0)), name);
    for (const index of [-1, 1, 0.5]) expect(() => batch.image(index)).toThrow(RangeError);
  });

  it.each([
    ['no bytes', [], /whole number of records of 3073 bytes in a file, received 0 bytes$/],
    ['half a record', cifarRecord(0, 1, 2, 3).slice(0, 2000), /received 2000 bytes$/],
    ['one byte too many', [...cifarRecord(0, 1, 2, 3), 7], /received 3074 bytes$/],
    [
      'a label above 9',
      [...cifarRecord(0, 1, 2, 3), ...cifarRecord(10, 1, 2, 3)],
      /labels from 0 to 9 in a file, received 10 in record 1$/,
    ],
  ])('refuses %s on one line', (_, bytes, message) => {
    expect(() => parseCifar10(Uint8Array.from(bytes), name)).toThrow(message);
    expect(() => parseCifar10(Uint8Array.from(bytes), name)).toThrow(/^CIFAR-10: [^\n]*$/);
  });
});
