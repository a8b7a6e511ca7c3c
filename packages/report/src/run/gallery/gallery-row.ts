import type { Size } from '@utad/core';
import type { ImageScore } from '../data';

/**
 * What a map shows: the anomaly map itself, what one feature layer or one pair of images adds to it, or how far the
 * impression is from the input, `|x - m|`, averaged over channels.
 */
export type MapGroup = 'total' | 'layer' | 'pair' | 'repair';

/** One image of a test set with everything that explains its score, as the detector left it. */
export interface GalleryRow extends ImageScore {
  /** Of every picture, of every map and of the mask in this row. */
  readonly size: Size;
  /** The input first, then what the detector made of it. `pixels` are RGB, `H * W * 3` bytes. */
  readonly images: readonly {
    readonly name: string;
    readonly symbol: string;
    readonly pixels: Uint8Array;
  }[];
  /** `H * W` values each, at least 0; one of them is the total. */
  readonly maps: readonly {
    readonly name: string;
    readonly group: MapGroup;
    readonly values: Float32Array;
  }[];
  /** Ground truth, `H * W` bytes: 0 good, 1 anomalous. */
  readonly mask?: Uint8Array;
  /** Anomaly-free training images, nearest first. */
  readonly neighbours?: readonly Neighbour[];
}

/** An anomaly-free training image whose latent code is near. */
export interface Neighbour {
  /** Of the training image. */
  readonly id: string;
  /** Between the latent codes; at least 0, lower is nearer. */
  readonly distance: number;
}
