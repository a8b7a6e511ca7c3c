import type { ImageBatch } from '@utad/core';

/** What a network finds in a batch of images at one depth. */
export interface FeatureMap {
  /** Which depth. */
  readonly layer: string;
  /** Image by image, row by row, channels last. */
  readonly data: Float32Array;
  /** Number of images, height, width, channels. */
  readonly shape: readonly [batch: number, height: number, width: number, channels: number];
}

/** A network that turns images into features at one or more depths, on whichever engine. */
export interface FeatureExtractor {
  /** What the features are called, in the order in which {@link FeatureExtractor.features} gives them. */
  readonly layers: readonly string[];
  /** One map a layer, of any height and width. */
  features(images: ImageBatch): Promise<FeatureMap[]>;
  /** Frees the weights. */
  dispose(): void;
}
