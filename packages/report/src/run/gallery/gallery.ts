import type { Size } from '@utad/core';
import type { ImageScore } from '../data';
import type { MapGroup, Neighbour } from './gallery-row';
import type { Verdict } from './verdict';

/** The images of a run with their pictures encoded, as `GalleryBuilder` makes them. */
export interface Gallery {
  /** Those shown: wrong ones first, then the others, each from the highest score to the lowest. */
  readonly images: readonly GalleryImage[];
  /** How many images there were, and how many of them were called wrongly. */
  readonly seen: { readonly images: number; readonly wrong: number };
  /** In the units of the score. */
  readonly imageThreshold: number;
  /** In the units of the anomaly map; half-way up the colour scale of the maps. */
  readonly pixelThreshold: number;
  /** The value of `|x - m|` that is drawn lightest. */
  readonly repairLimit: number;
  /** The training images that are anybody's neighbour and have a picture. */
  readonly training: readonly { readonly id: string; readonly picture: EncodedPicture }[];
  /** How many more would have one if the page had room for it. */
  readonly trainingWithoutRoom: number;
}

/** One image with its pictures. */
export interface GalleryImage extends ImageScore {
  /** Whether it was called what it is. */
  readonly verdict: Verdict;
  /** From 1, the most anomalous, among all images seen. */
  readonly rank: number;
  /** Input, intermediate images, anomaly map and segmentation. */
  readonly pictures: readonly GalleryPicture[];
  /** Parts of the map and the repair. */
  readonly details: readonly GalleryPicture[];
  /** Nearest first; empty where they are not known. */
  readonly neighbours: readonly Neighbour[];
}

/** A picture with its caption. */
export interface GalleryPicture {
  /** What sort of picture it is. */
  readonly group: 'image' | 'segmentation' | MapGroup;
  /** Of the paper, such as `m̂`; empty where it has none. */
  readonly symbol: string;
  /** In words, such as `naive impression`. */
  readonly name: string;
  /** What it shows, for who does not see it. */
  readonly description: string;
  /** Of a part of the map, the value from which on it is drawn lightest: the same for this part in all images. */
  readonly limit?: number;
  /** The picture itself. */
  readonly picture: EncodedPicture;
}

/** A picture as the page holds it. */
export interface EncodedPicture {
  /** `data:` address. */
  readonly source: string;
  /** In pixels of the file. */
  readonly size: Size;
}
