import type { Dataset, ImageRecord } from '@utad/core';
import { DatasetError } from '../errors';
import { type AugmentOptions, drawVariation, varied } from './variation';

/**
 * Data whose images are mirrored, turned, shifted and lit a little differently in every pass over them; masks and clean
 * twins follow their images. The pass is that of `records(order, pass)`, which training counts by epochs, so that a run
 * which goes on where it was stopped sees what it would have seen.
 *
 * Turning is bilinear, and what comes in from outside repeats the border. Meant for what is trained on, not for images
 * that thresholds are fitted or metrics taken on.
 *
 * @returns The data themselves where every option is off.
 * @throws DatasetError `invalid-option` for an option out of its range.
 * @example augmented(train, { flipHorizontal: true, rotation: 5 })
 */
export function augmented(data: Dataset, options: AugmentOptions): Dataset {
  const { flipHorizontal = false, flipVertical = false, rotation = 0, shift = 0, brightness = 0 } = options;
  const { seed = 0 } = options;
  check('rotation', rotation, 180);
  check('shift', shift, 0.5);
  check('brightness', brightness, 1);
  if (!Number.isSafeInteger(seed)) {
    throw new DatasetError('invalid-option', `seed: expected a whole number, received ${seed}`);
  }
  if (!flipHorizontal && !flipVertical && rotation === 0 && shift === 0 && brightness === 0) return data;
  const full = { flipHorizontal, flipVertical, rotation, shift, brightness, seed };
  return {
    count: data.count,
    fingerprint: `${data.fingerprint}+${JSON.stringify(full)}`,
    records: (order, pass = 0) => vary(data, full, order, pass),
  };
}

async function* vary(
  data: Dataset,
  options: AugmentOptions,
  order: readonly number[],
  pass: number,
): AsyncGenerator<ImageRecord> {
  let position = 0;
  for await (const record of data.records(order, pass)) {
    const index = order[position++];
    if (index === undefined) throw new RangeError(`records: expected ${order.length} records, received more`);
    yield varied(record, drawVariation(options, pass, index));
  }
}

function check(name: string, value: number, most: number): void {
  if (value >= 0 && value <= most) return;
  throw new DatasetError('invalid-option', `${name}: expected a number from 0 to ${most}, received ${value}`);
}
