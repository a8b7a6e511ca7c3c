import type { FileStore } from '@utad/core';
import { type Asset, BundleError, type BundleManifest, httpStore, readBundle } from '@utad/detector';
import { randomVgg19Weights, type Vgg19Weights } from '@utad/perceptual';
import { twoStageKind } from './kind';
import { KIND, TwoStage } from './two-stage';

/** What {@link load} needs besides the bundle. */
export interface LoadOptions {
  /**
   * The VGG-19 weights that the bundle was made with, since a bundle does not hold them. May be left out where they were
   * random ones, which are made again from their seed.
   */
  readonly vgg19?: Vgg19Weights;
  /** Load with other weights than the bundle was made with; its thresholds then do not hold. Default false. */
  readonly allowOtherWeights?: boolean;
}

/** An opened bundle of the two-stage method. */
export interface LoadedTwoStage {
  /** Ready to predict; the caller disposes of it. */
  readonly detector: TwoStage;
  /** What the bundle says, above all its `thresholds`. */
  readonly manifest: BundleManifest;
}

/**
 * Opens a trained detector, from a URL or any store: in a browser this is all it takes before `predict`.
 *
 * @param source URL of the bundle's folder, or the store that holds the bundle, such as a `folderStore`.
 * @throws BundleError when the bundle is damaged, of another kind, or was made with VGG-19 weights that are not given;
 *   `check` says which.
 * @throws HttpStoreError when the URL cannot be read.
 *
 * @example
 * const { detector, manifest } = await load('https://example.org/bundle/', { vgg19 });
 * const prediction = detector.predict(await imagesFrom(canvas, detector.inputSize));
 */
export async function load(
  source: string | URL | FileStore,
  { vgg19, allowOtherWeights = false }: LoadOptions = {},
): Promise<LoadedTwoStage> {
  const store = typeof source === 'string' || source instanceof URL ? httpStore(source) : source;
  const bundle = await readBundle(store);
  const { kind } = bundle.manifest;
  if (kind !== KIND) {
    throw new BundleError('kind', `bundle: expected a detector of kind ${KIND}, found ${kind}`);
  }
  const weights = async (wanted?: Asset) => vgg19 ?? remade(wanted);
  const detector = await twoStageKind({ vgg19: weights, allowOtherWeights }).load(bundle);
  if (!(detector instanceof TwoStage)) throw new TypeError(`expected ${KIND} to load a TwoStage`);
  return { detector, manifest: bundle.manifest };
}

/** @throws BundleError when only a file can bring these weights. */
function remade(wanted: Asset | undefined): Vgg19Weights {
  if (wanted?.seed !== undefined) return randomVgg19Weights(wanted.seed);
  const what = wanted === undefined ? '' : ` "${wanted.name}" (SHA-256 ${wanted.sha256})`;
  throw new BundleError(
    'asset',
    `bundle: expected the VGG-19 weights${what} it was made with as the option vgg19, received none`,
  );
}
