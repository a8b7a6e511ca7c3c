import { type Dataset, type ImageRecord, randomStream } from '@utad/core';
import { DatasetError } from '../errors';
import { type Flips, flipped, type Motion, moved, movedMask } from './motion';

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

/** How far images may be changed. What is left out is off. */
export interface AugmentOptions {
  /** Mirror half of the images, left and right changing places. */
  readonly flipHorizontal?: boolean;
  /** Mirror half of the images, top and bottom changing places. */
  readonly flipVertical?: boolean;
  /** Turn by up to so many degrees either way, 0 to 180. */
  readonly rotation?: number;
  /** Shift by up to such a share of height and width either way, 0 to 0.5. */
  readonly shift?: number;
  /** Make brighter or darker by up to such a share, 0 to 1: 0.1 multiplies by 0.9 to 1.1. */
  readonly brightness?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** What is done to one image. */
interface Variation {
  readonly flips: Flips;
  readonly motion: Motion;
  /** What its bytes are multiplied by. */
  readonly gain: number;
}

/**
 * What is done to the image at an index in a pass over the data: depends on these and the seed alone, not on what was
 * read before. Every number is drawn whether it is used or not, so that one option does not change what another does.
 */
function drawVariation(options: AugmentOptions, pass: number, index: number): Variation {
  const { flipHorizontal = false, flipVertical = false, rotation = 0, shift = 0, brightness = 0 } = options;
  const random = randomStream(`augment/${options.seed ?? 0}/${pass}/${index}`);
  const either = () => random.uniform(0, 1) < 0.5;
  const within = (most: number) => (random.uniform(0, 2) - 1) * most;
  const [horizontal, vertical] = [either(), either()];
  return {
    flips: { horizontal: horizontal && flipHorizontal, vertical: vertical && flipVertical },
    motion: { angle: (within(rotation) * Math.PI) / 180, down: within(shift), right: within(shift) },
    gain: 1 + within(brightness),
  };
}

/**
 * A record varied: its clean twin as the image, its mask moved alike, with the values that it had.
 *
 * @returns A new record; the same one where nothing is to be done.
 */
function varied(record: ImageRecord, variation: Variation): ImageRecord {
  const { flips, motion, gain } = variation;
  const mirrors = flips.horizontal || flips.vertical;
  const moves = motion.angle !== 0 || motion.down !== 0 || motion.right !== 0;
  if (!mirrors && !moves && gain === 1) return record;
  const { image, size, channels, mask, maskSize = size, cleanTwin } = record;
  const picture = (values: Uint8Array): Uint8Array => {
    const mirrored = mirrors ? flipped({ values, size, channels }, flips) : values;
    const turned = moves ? moved({ values: mirrored, size, channels }, motion) : mirrored;
    return gain === 1 ? turned : brightened(turned, gain);
  };
  const truth = (values: Uint8Array): Uint8Array => {
    const mirrored = mirrors ? flipped({ values, size: maskSize, channels: 1 }, flips) : values;
    return moves ? movedMask(mirrored, maskSize, size, motion) : mirrored;
  };
  return {
    ...record,
    image: picture(image),
    ...(mask && { mask: truth(mask) }),
    ...(cleanTwin && { cleanTwin: picture(cleanTwin) }),
  };
}

/** New bytes, multiplied and held within 0 and 255. */
function brightened(values: Uint8Array, gain: number): Uint8Array {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, byte) => byte * gain);
  return values.map((byte) => table[byte] ?? 0);
}
