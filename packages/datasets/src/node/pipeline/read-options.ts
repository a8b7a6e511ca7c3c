import type { Size } from '@utad/core';
import { DatasetError } from '../../errors';
import type { ImageLimits } from '../decoding/limits';

/** How image files are read. */
export interface ReadOptions {
  /** Images are resized to this. */
  readonly size: Size;
  /** Masks are resized to this. Default `size`. */
  readonly maskSize?: Size;
  /** What to do with a file that is no whole image: throw (the default), or leave it out and count it. */
  readonly onBad?: 'throw' | 'skip';
  /** What is refused before it is decoded. */
  readonly limits?: ImageLimits;
  /**
   * Decoded images are kept here, for this dataset and others of the same size, so that only its first opening decodes
   * them. It is made where it is not there. Default: none.
   */
  readonly cacheFolder?: string;
  /** The most that may lie in `cacheFolder`; what was not used for longest goes first. Default 10 GiB. */
  readonly cacheBytes?: number;
  /** The most that decoded images may take in memory, those in work not counted. Default 128 MiB. */
  readonly memoryBytes?: number;
  /** Images in work at once, ahead of the reader. It changes the speed alone. Default 16. */
  readonly workers?: number;
  /** Is told how many files were read while opening. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops the opening, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The options with their defaults. */
export type FullReadOptions = ReadOptions &
  Required<Pick<ReadOptions, 'maskSize' | 'onBad' | 'cacheBytes' | 'memoryBytes' | 'workers'>>;

/** @throws DatasetError `invalid-option` */
export function checkOptions(options: ReadOptions): FullReadOptions {
  const { size, maskSize = size, onBad = 'throw', workers = 16 } = options;
  const { cacheBytes = 10 * 2 ** 30, memoryBytes = 128 * 2 ** 20 } = options;
  checkSize('size', size);
  checkSize('maskSize', maskSize);
  checkNumber('workers', workers, 1);
  checkNumber('cacheBytes', cacheBytes, 0);
  checkNumber('memoryBytes', memoryBytes, 0);
  return { ...options, maskSize, onBad, workers, cacheBytes, memoryBytes };
}

function checkSize(name: string, size: Size): void {
  if (size.length === 2 && size.every((side) => Number.isSafeInteger(side) && side > 0)) return;
  throw new DatasetError(
    'invalid-option',
    `${name}: expected height and width in whole pixels from 1, received ${size.join('x')}`,
  );
}

function checkNumber(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new DatasetError(
    'invalid-option',
    `${name}: expected a whole number from ${least}, received ${value}`,
  );
}
