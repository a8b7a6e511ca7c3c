import type { Size } from '@utad/core';
import type { ImageScore } from '../../measured';

/** What a picture is called that a detector is given or makes. */
export interface PictureName {
  /** In words, such as `reconstruction`. */
  readonly name: string;
  /** As formulas write it, such as `x̂`; left out, or empty, for none. */
  readonly symbol?: string;
}

/** Maps of how far a picture that the detector makes is from the input, and what they are called. */
export interface DifferenceGroup {
  /** A word for it, such as `change`: maps name their group by it, and the line that unfolds them has it. */
  readonly key: string;
  /** As a formula, such as `|x − x̂|`. */
  readonly name: string;
  /** Heads the maps, such as `Changed by the reconstruction`. */
  readonly heading: string;
  /** What they show, for who does not see it, such as `Difference of input and reconstruction`. */
  readonly description: string;
  /** The value that is drawn lightest; images are in [0, 1]. Default 0.25. */
  readonly limit?: number;
}

/** One image of a test set with everything that explains its score, as the detector left it. */
export interface GalleryRow extends ImageScore {
  /** Of every picture, of every map and of the mask in this row. */
  readonly size: Size;
  /** The input first, then what the detector made of it. `pixels` are RGB, `H * W * 3` bytes. */
  readonly images: readonly (PictureName & { readonly pixels: Uint8Array })[];
  /** One is the anomaly map itself. */
  readonly maps: readonly GalleryMap[];
  /** Ground truth, `H * W` bytes: 0 good, 1 anomalous. */
  readonly mask?: Uint8Array;
  /** Anomaly-free training images, nearest first. */
  readonly neighbours?: readonly TrainingNeighbour[];
}

/** A map of an image of the gallery. */
export interface GalleryMap {
  /** Such as `conv1_2`. */
  readonly name: string;
  /**
   * What it shows: `total` for the anomaly map itself; the key of a {@link DifferenceGroup}; or a word for a part of the
   * anomaly map, such as `layer` for what one layer adds to it.
   */
  readonly group: string;
  /** `H * W`, at least 0. */
  readonly values: Float32Array;
}

/** An anomaly-free training image whose latent code is near. */
export interface TrainingNeighbour {
  /** Of the training image. */
  readonly id: string;
  /** Between the latent codes; at least 0, lower is nearer. */
  readonly distance: number;
}

/** How a call at the image threshold compares with the truth. */
export type Verdict = 'right' | 'missed' | 'false alarm';

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
  /** Maps of how far pictures are from the input, in the order shown, with the value that is drawn lightest. */
  readonly differences: readonly Required<DifferenceGroup>[];
  /** The colours of the maps, from 0 to their limit, as a `data:` address; empty without images. */
  readonly colours: string;
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
  /** Parts of the map, and differences from the input. */
  readonly details: readonly GalleryPicture[];
  /** Nearest first; empty where they are not known. */
  readonly neighbours: readonly TrainingNeighbour[];
}

/** A picture with its caption. */
export interface GalleryPicture {
  /** `image`, `segmentation`, or the group of a {@link GalleryMap}. */
  readonly group: string;
  /** As formulas write it, such as `x̂`; empty where it has none. */
  readonly symbol: string;
  /** In words, such as `reconstruction`. */
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
