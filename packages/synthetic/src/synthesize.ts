import { type Dataset, type ImageRecord, randomStream, type Size } from '@utad/core';
import { sha256 } from '@utad/files';
import { type Canvas, develop, sample } from './canvas';
import { type Aim, aimedDamage, damageByTrial } from './damage';
import { checkFaults, checkFor, isCount, rangeOf, SyntheticError } from './options';
import {
  drawnByTrial,
  type Range,
  SYNTHETIC_CATEGORIES,
  SYNTHETIC_PRODUCTS,
  type SyntheticCategory,
  type SyntheticDefect,
  sceneMakers,
} from './products';

/** Goes into every fingerprint; raised whenever the same options would draw another picture. */
export const SYNTHETIC_VERSION = 2;

/**
 * The independent sets of pictures of one seed: `train` has good ones only, `test` and `validation` defective ones too.
 * Settings chosen on `validation` leave `test` untouched.
 */
export type SyntheticSplit = 'train' | 'validation' | 'test';

/** Which synthetic images to draw. What an image shows depends on these and its number alone. */
export interface SyntheticOptions {
  /** The product to draw. */
  category: SyntheticCategory;
  /** `train` has good images only; `validation` and `test` are alike, and share no image. */
  split: SyntheticSplit;
  /** Good images. */
  count: number;
  /** Images of each type of defect. Default: as many as make half of the images defective; in `train`: 0. */
  defective?: number;
  /** Default 64 x 64; each side from 32 to 4096. */
  size?: Size;
  /** A whole number. Default 0. */
  seed?: number;
  /**
   * Types of defect, in the order in which they come, of those that {@link SYNTHETIC_PRODUCTS} names for the category.
   * Default: its `defects`.
   */
  defects?: readonly SyntheticDefect[];
  /**
   * 0 to 1. Default 0.5: fully opaque and 1 to 8 % of the picture's central square. From 0.5 down defects fade to two
   * fifths of their opacity, and their area goes from half to twice that between 0 and 1.
   */
  severity?: number;
  /**
   * The pixels that a defect changes, as a share of the picture's central square: a number, or the ends of a range from
   * which each defect draws its own; 0.002 to 0.2. Met to a tenth, or to two pixels where that is more. Every defect of
   * every product can be drawn with 0.005 to 0.08; beyond, some throw. Default: `severity` decides.
   */
  defectSize?: number | readonly [least: number, most: number];
  /**
   * The mean absolute difference between image and clean twin over the pixels and channels of the mask, 1 being the
   * whole range of a byte: a number, or the ends of a range likewise; 0.02 to 0.6. Met to a tenth, or to one step of a
   * byte where that is more. Every defect of every product can be drawn with 0.03 to 0.12; beyond, some throw.
   * Default: `severity` decides.
   */
  contrast?: number | readonly [least: number, most: number];
}

/** One image of a synthetic dataset, before it is drawn. */
export interface SyntheticEntry {
  /** Unique in its dataset, such as `test/scratch/000`. */
  readonly id: string;
  /** Ground truth: 0 good, 1 anomalous. */
  readonly label: 0 | 1;
  /** `good`, or the type of its defect. */
  readonly defectType: 'good' | SyntheticDefect;
}

/** A synthetic dataset. Records are drawn when they are asked for; nothing is kept. */
export interface SyntheticData extends Dataset {
  /** As asked for. */
  readonly category: SyntheticCategory;
  /** As asked for. */
  readonly split: SyntheticSplit;
  /** Height and width of every image and mask, in pixels. */
  readonly size: Size;
  /** Every image, good ones first, then one type of defect after the other. */
  readonly entries: readonly SyntheticEntry[];
  /**
   * Draws one image: good ones with an all-zero mask, defective ones with mask and clean twin.
   *
   * @throws SyntheticError `invalid-option` for an index outside `entries`; `not-drawable` where no defect of the
   *   `defectSize` and `contrast` that were asked for could be drawn.
   */
  record(index: number): ImageRecord;
}

const SPLITS: readonly SyntheticSplit[] = ['train', 'validation', 'test'];

const oneOf = <T extends string>(known: readonly T[], value: string): value is T =>
  known.some((name) => name === value);

const check = checkFor('synthesize');

interface Drawing extends Required<Omit<SyntheticOptions, 'defectSize' | 'contrast'>> {
  readonly defectSize: Range | undefined;
  readonly contrast: Range | undefined;
}

function checkOptions(drawing: Drawing): void {
  const { category, split, count, defective, size, seed, defects, severity, defectSize, contrast } = drawing;
  const known = SYNTHETIC_CATEGORIES.join(', ');
  check(oneOf(SYNTHETIC_CATEGORIES, category), `category to be one of ${known}`, category);
  check(oneOf(SPLITS, split), 'split to be train, validation or test', split);
  check(isCount(count), 'count to be a whole number', count);
  check(isCount(defective), 'defective to be a whole number', defective);
  check(split !== 'train' || defective === 0, 'no defective images in the train split', defective);
  check(Number.isSafeInteger(seed), 'seed to be a whole number', seed);
  checkFaults(check, { severity, defectSize, contrast });
  for (const side of size)
    check(Number.isInteger(side) && side >= 32 && side <= 4096, 'size of 32 to 4096 pixels', side);
  const { defects: usual, onRequest } = SYNTHETIC_PRODUCTS[category];
  const fitting = [...usual, ...onRequest];
  for (const defectType of defects)
    check(oneOf(fitting, defectType), `defects of a ${category} to be of ${fitting.join(', ')}`, defectType);
  check(new Set(defects).size === defects.length, 'each type of defect once', defects.join(', '));
  check(count + defective * defects.length > 0, 'at least one image', 0);
}

const idOf = (split: string, defectType: string, index: number) =>
  `${split}/${defectType}/${String(index).padStart(3, '0')}`;

/**
 * Draws MVTec-style pictures of a product: good ones, and outside the `train` split defective ones with exact masks and
 * clean twins. Pose, light and colours vary as on a shop floor, so the distance to the mean picture says little.
 *
 * An image depends on seed, category, split, type of defect, its number within that type, size, severity, `defectSize` and
 * `contrast` alone: neither on the order of reading nor on how many others there are. Good images come first, then the defects type by type.
 *
 * @throws SyntheticError `invalid-option`.
 *
 * @example
 * const data = synthesize({ category: 'washer', split: 'test', count: 10 });
 * data.count; // 20: 10 good, 2 of each of five types of defect
 */
export function synthesize(options: SyntheticOptions): SyntheticData {
  const usual = oneOf(SYNTHETIC_CATEGORIES, options.category)
    ? SYNTHETIC_PRODUCTS[options.category].defects
    : [];
  const defects = options.defects ?? usual;
  const full: Drawing = {
    size: [64, 64],
    seed: 0,
    severity: 0.5,
    ...options,
    defects,
    defective:
      options.defective ??
      (options.split === 'train' ? 0 : Math.ceil(options.count / Math.max(1, defects.length))),
    defectSize: rangeOf(options.defectSize),
    contrast: rangeOf(options.contrast),
  };
  checkOptions(full);
  const { category, split, count, defective, seed, severity, defectSize, contrast } = full;
  const size: Size = [full.size[0], full.size[1]];

  const good = Array.from({ length: count }, (_, index): SyntheticEntry => {
    return { id: idOf(split, 'good', index), label: 0, defectType: 'good' };
  });
  const bad = defects.flatMap((defectType) =>
    Array.from({ length: defective }, (_, index): SyntheticEntry => {
      return { id: idOf(split, defectType, index), label: 1, defectType };
    }),
  );
  const entries = [...good, ...bad];

  const record = (index: number): ImageRecord => {
    const entry = entries[index];
    if (entry === undefined) {
      const message = `synthesize: expected an index from 0 to ${entries.length - 1}, received ${index}`;
      throw new SyntheticError('invalid-option', message);
    }
    const key = `${seed}/${category}/${entry.id}`;
    const { defectType } = entry;
    const aim = defectType === 'good' ? undefined : { defectType, severity, defectSize, contrast };
    const drawn = render(category, size, key, aim);
    return { ...entry, size, channels: 3, ...drawn };
  };

  const description = JSON.stringify([
    SYNTHETIC_VERSION,
    category,
    split,
    seed,
    size,
    severity,
    entries.map((e) => e.id),
    ...(defectSize === undefined && contrast === undefined ? [] : [{ defectSize, contrast }]),
  ]);
  return {
    category,
    split,
    size,
    entries,
    count: entries.length,
    fingerprint: sha256(`synthetic ${description}`),
    record,
    async *records(order) {
      for (const index of order) yield record(index);
    },
  };
}

interface Rendered {
  readonly image: Uint8Array;
  /** 1 exactly where `image` differs from `cleanTwin`. */
  readonly mask: Uint8Array;
  /** The same picture without the defect, noise included; absent of a good image. */
  readonly cleanTwin?: Uint8Array;
}

/** Draws one picture, with one defect on it unless `aim` is absent. All randomness comes from `key`. */
function render(category: SyntheticCategory, size: Size, key: string, aim?: Aim): Rendered {
  const scene = sceneMakers[category](randomStream(`${key}/scene`));
  const pixels = sample(scene, size, `${key}/noise`);
  const clean = develop(pixels);
  if (aim === undefined) return { image: clean, mask: new Uint8Array(pixels.length) };
  const canvas: Canvas = {
    size,
    clean,
    pixelAt: (index) => pixels[index] ?? outside(index, pixels.length),
    softness: 1 / Math.min(...size),
    leastChange: 0,
    grey: false,
  };
  const { defectType, severity, defectSize, contrast } = aim;
  const byTrial = defectSize === undefined && contrast === undefined && drawnByTrial(category, defectType);
  const { image, mask } = byTrial
    ? damageByTrial(scene, canvas, defectType, severity, randomStream(`${key}/defect`))
    : aimedDamage(scene, canvas, aim, `${key}/defect`);
  return { image, mask, cleanTwin: clean };
}

function outside(index: number, count: number): never {
  throw new RangeError(`render: expected a pixel below ${count}, received ${index}`);
}
