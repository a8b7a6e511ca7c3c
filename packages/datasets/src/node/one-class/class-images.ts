import type { PixelLayout } from '../decoding/resize-pixels';

/** Images of a part of a split, in their official order. */
export interface ClassImages {
  /** How the bytes of an image are laid out. */
  readonly layout: PixelLayout;
  /** The class of each image, by number. */
  readonly labels: Uint8Array;
  /** An image, copied. */
  image(index: number): Uint8Array;
}

/** Reads a split a part at a time, so that one part is held at once. */
export type ReadClassImages = (root: string, split: 'train' | 'test') => AsyncIterable<ClassImages>;
