import * as tf from '@tensorflow/tfjs';
import type { Size } from '@utad/core';
import { decodeImage, readImageFile } from '@utad/datasets/node';
import { type BackboneWeights, featureScale } from '@utad/features';
import { TfjsBackbone } from '@utad/features/tfjs';
import { entryType } from '@utad/files/node';
import { PerceptualScorer } from '@utad/perceptual';
import type { BackendName, ChosenBackend } from '@utad/runtime';
import { usageError } from '../errors';
import type { Watch } from '../events';
import { type AssetOptions, assetRequest, chooseVgg19 } from './assets';
import { addConversions, conversionSentences } from './data';
import { startBackend } from './open';

/** How {@link imageDistance} measures. */
export interface DistanceOptions extends Watch, AssetOptions {
  /** Height and width to resize both images to, bilinearly. Default as they are, which must be the same. */
  readonly size?: Size;
  /** Bring the features of each pixel to norm 1 first, as LPIPS does. Default false. */
  readonly normalize?: boolean;
  /** What computes. Default the best that works. */
  readonly backend?: BackendName | undefined;
}

/** How different two images look. */
export interface ImageDistance {
  /** Of both, as they were measured. */
  readonly size: Size;
  /** 0 for equal images, higher for more different ones. */
  readonly distance: number;
  /** `share` of the whole; null for equal images. */
  readonly perLayer: readonly {
    readonly layer: string;
    readonly distance: number;
    readonly share: number | null;
  }[];
  /** What it was measured with. */
  readonly weights: BackboneWeights;
  /** Mean of the features of each layer, by its name. */
  readonly featureScale: Readonly<Record<string, number>>;
  /** What it was measured on. */
  readonly backend: ChosenBackend;
  /** Of the measurement alone. */
  readonly seconds: number;
  /** What a reader of the numbers must know. */
  readonly notes: readonly string[];
}

/**
 * The perceptual distance of two image files by the features of VGG-19.
 *
 * @throws PipelineError `usage` when one does not exist, or their sizes do not do.
 * @throws ImageError when one is no image.
 */
export async function imageDistance(
  a: string,
  b: string,
  options: DistanceOptions = {},
): Promise<ImageDistance> {
  const { size, normalize = false, backend: name, onEvent, signal } = options;
  const note = (message: string) => onEvent?.({ type: 'note', message });
  const pair = await readPair([a, b], size);
  const { weights, notes } = await chooseVgg19(assetRequest('vgg19', options, options));
  signal?.throwIfAborted();
  const backend = await startBackend({ backend: name }, options);
  const converted = new Map<string, number>();
  for (const { conversions } of pair) addConversions(converted, conversions);
  const said = conversionSentences([...converted].map(([what, images]) => ({ what, images })));
  for (const sentence of said) note(sentence);

  const began = performance.now();
  const { layers, values } = await measure(weights, pair, normalize);
  const seconds = (performance.now() - began) / 1000;
  const total = values.reduce((sum, value) => sum + value, 0);
  return {
    size: pair[0].size,
    distance: total,
    perLayer: layers.map((layer, l) => {
      const value = values[l] ?? Number.NaN;
      return { layer, distance: value, share: total === 0 ? null : value / total };
    }),
    weights,
    featureScale: featureScale(weights),
    backend,
    seconds,
    notes: [...notes, ...said],
  };
}

async function measure(
  weights: BackboneWeights,
  images: readonly [PairImage, PairImage],
  normalize: boolean,
): Promise<{ layers: readonly string[]; values: Float32Array }> {
  const vgg = new TfjsBackbone(weights);
  const scorer = new PerceptualScorer(vgg, { normalize: normalize ? 'unit' : 'none' });
  const [a, b] = [toTensor(images[0]), toTensor(images[1])];
  const distances = scorer.distancePerLayer(a, b);
  try {
    return { layers: vgg.layers, values: await distances.data<'float32'>() };
  } finally {
    tf.dispose([a, b, distances]);
    vgg.dispose();
  }
}

function toTensor({ pixels, size: [height, width] }: PairImage): tf.Tensor4D {
  return tf.tidy(() => tf.div(tf.tensor4d(Float32Array.from(pixels), [1, height, width, 3]), 255));
}

/** An image as bytes. */
interface PairImage {
  readonly path: string;
  readonly pixels: Uint8Array;
  readonly size: Size;
  readonly conversions: readonly string[];
}

/** The network halves images twice. */
const SMALLEST = 4;

/** At this size features take about a gigabyte. */
const MOST_PIXELS = 2 ** 20;

/**
 * Two images of one size.
 *
 * @param size to resize both to; without one they have to be of one size, for which of the two to change, and how, would
 *   be a guess that changes the result.
 * @throws PipelineError `usage` when one does not exist, or their sizes do not do; ImageError when one is no image.
 */
async function readPair(
  paths: readonly [string, string],
  size: Size | undefined,
): Promise<readonly [PairImage, PairImage]> {
  for (const path of paths) {
    if ((await entryType(path)) !== 'file') throw usageError(`expected an image, but ${path} is no file`);
  }
  const [a, b] = [await read(paths[0], size), await read(paths[1], size)];
  for (const image of [a, b]) {
    const [height, width] = image.size;
    if (height < SMALLEST || width < SMALLEST) {
      throw usageError(
        `expected images of at least ${SMALLEST}x${SMALLEST} pixels, but ${image.path} has ${height}x${width}`,
      );
    }
    if (height * width > MOST_PIXELS) {
      throw usageError(
        `expected images of at most ${MOST_PIXELS} pixels, but ${image.path} has ${height}x${width}; \`size\` 256 resizes both`,
      );
    }
  }
  if (a.size.join() !== b.size.join()) {
    throw usageError(
      `expected images of one size, but ${a.path} has ${a.size.join('x')} and ${b.path} ${b.size.join('x')}; \`size\` 256 resizes both`,
    );
  }
  return [a, b];
}

async function read(path: string, size: Size | undefined): Promise<PairImage> {
  return { path, ...(await decodeImage(await readImageFile(path), path, size)) };
}
