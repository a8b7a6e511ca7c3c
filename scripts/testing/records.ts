import { type Dataset, deriveSeed, type ImageRecord, type Size, uniformSource } from '@utad/core';

/** A dataset of records in memory. */
export function dataOf(records: readonly ImageRecord[], fingerprint = 'in memory'): Dataset {
  return {
    count: records.length,
    fingerprint,
    async *records(order) {
      for (const index of order) {
        const record = records[index];
        if (record === undefined)
          throw new RangeError(`expected an index below ${records.length}, received ${index}`);
        yield record;
      }
    },
  };
}

/** Good images of random bytes. */
export function randomData(count: number, { size, seed = 0 }: { size: Size; seed?: number }): Dataset {
  const records = Array.from({ length: count }, (_, index): ImageRecord => {
    const uniform = uniformSource(deriveSeed(seed, 'image', index));
    const image = Uint8Array.from({ length: size[0] * size[1] * 3 }, () => 256 * uniform());
    return { id: `${index}`, label: 0, defectType: 'good', image, size, channels: 3 };
  });
  return dataOf(records, `random ${count} ${size} ${seed}`);
}

/** Good images of one grey pixel each, of 255. */
export function greyPixels(...values: number[]): Dataset {
  return dataOf(
    values.map(
      (value, index): ImageRecord => ({
        id: `${index}`,
        label: 0,
        defectType: 'good',
        image: Uint8Array.of(value),
        size: [1, 1],
        channels: 1,
      }),
    ),
  );
}
