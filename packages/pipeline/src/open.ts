import { type Dataset, type FileStore, holdOut, type ImageRecord, sliceOf } from '@utad/core';
import {
  type AnomalyDetector,
  type Asset,
  type BundleManifest,
  bundleStore,
  type DetectorKind,
  type FitSummary,
  fitThresholds,
  openBundle,
  type Roi,
  saveBundle,
  type Thresholds,
  withRoi,
} from '@utad/detector';
import { onnxDetector } from '@utad/detector/onnx';
import { backbones, randomWeights } from '@utad/features';
import { sha256 } from '@utad/files';
import type { OnnxRuntime } from '@utad/onnx';
import { twoStageKind } from '@utad/two-stage';
import { usageError } from './errors';
import type { Watch } from './events';
import { type ImageSource, imagesFrom } from './images-from';
import { type ImagePrediction, type PredictImagesOptions, predictImages } from './predict';
import { SharedDetector } from './shared-detector';

/** What {@link open} needs besides the bundle. */
export interface OpenOptions extends Watch {
  /** Kinds of detectors that may be opened. Default the two-stage method. */
  readonly kinds?: readonly DetectorKind[];
  /**
   * What the bundle was made with and does not hold, by name, such as `vgg19`. Random VGG-19 weights may be left out: they
   * are made again from their seed.
   */
  readonly assets?: Readonly<Record<string, Asset>>;
  /** Open with other assets than it was made with; its thresholds then do not hold. Default false. */
  readonly allowOtherAssets?: boolean;
  /** Predict on ONNX Runtime, as `onnxRuntime` of `@utad/onnx` has it. Default TensorFlow.js. */
  readonly onnx?: OnnxRuntime;
}

/** How {@link train} learns from images that are held in memory. */
export interface TrainOptions extends Watch {
  /** What is trained. Default the two-stage method. */
  readonly kind?: DetectorKind;
  /** A configuration of the kind, or the name of one of its presets. Default its default preset. */
  readonly config?: unknown;
  /** What the kind needs, by name, such as `vgg19`. */
  readonly assets?: Readonly<Record<string, Asset>>;
  /** What of the images counts; kept in the bundle. Default all. */
  readonly roi?: Roi;
  /** Fixes initial weights, data order, noise, and which images are held out. Default 0. */
  readonly seed?: number;
}

/** A trained detector with its thresholds. Dispose of it after use. */
export class OpenedDetector implements AsyncDisposable {
  readonly #shared: SharedDetector;

  constructor(
    /** What predicts; it is disposed of with this. */
    readonly detector: AnomalyDetector,
    /** Fitted on good images that were held out. */
    readonly thresholds: Thresholds,
    /** What it learned from, as its bundle says. */
    readonly training: BundleManifest['training'],
    /** What was done to images before it saw them, as its bundle says. */
    readonly preprocessing?: BundleManifest['preprocessing'],
  ) {
    this.#shared = new SharedDetector(detector);
  }

  /**
   * What the detector says of one image, or of a batch of them. Images are resized to what it takes; regions are in pixels of
   * that size. Several calls at once do not disturb each other.
   *
   * @throws InputImageError for what is no image; PipelineError `usage` once it is disposed of; the signal's reason.
   */
  async predict(source: ImageSource, options: PredictImagesOptions = {}): Promise<ImagePrediction[]> {
    const predictions: ImagePrediction[] = [];
    for await (const one of this.#shared.during(this.#predictions(source, options))) predictions.push(one);
    return predictions;
  }

  async *#predictions(source: ImageSource, options: PredictImagesOptions): AsyncGenerator<ImagePrediction> {
    options.signal?.throwIfAborted();
    const images = await imagesFrom(source, this.detector.inputSize);
    yield* predictImages(this.detector, this.thresholds, images, options);
  }

  /** Writes it as a bundle, in place of whatever the store held. */
  async save(store: FileStore, versions: Readonly<Record<string, string>> = {}): Promise<void> {
    await saveBundle(store, this.detector, {
      thresholds: this.thresholds,
      training: this.training,
      versions,
      preprocessing: this.preprocessing,
    });
  }

  /** Frees what the detector holds, once the predictions that are being made have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shared.dispose();
  }
}

/**
 * Opens a trained detector from a URL or a store: in a page this is all it takes before `predict`.
 *
 * @param source URL of the bundle's folder, or the store that holds the bundle.
 * @throws BundleError when the bundle is damaged, of no kind given, or was made with assets that are not given.
 * @throws HttpStoreError when the URL cannot be read.
 *
 * @example
 * await using opened = await open('https://example.org/bundle/', { assets: { vgg19 } });
 * const [{ anomalous }] = await opened.predict(canvas);
 */
export async function open(
  source: string | URL | FileStore,
  { kinds = [twoStageKind], assets = {}, allowOtherAssets = false, onnx, signal }: OpenOptions = {},
): Promise<OpenedDetector> {
  const isUrl = typeof source === 'string' || source instanceof URL;
  const store = isUrl ? storeAt(source, signal) : source;
  const { detector, manifest } = await openBundle(store, kinds, {
    allowOtherAssets,
    ...(onnx && { through: (detector) => onnxDetector(detector, onnx) }),
    async assets(name, wanted) {
      const asset = assets[name] ?? remade(name, wanted);
      if (asset !== undefined) return asset;
      const what = wanted === undefined ? '' : ` "${wanted.name}" (SHA-256 ${wanted.sha256})`;
      throw usageError(`expected the ${name}${what} that it was made with`, `assets.${name}`);
    },
  });
  const { thresholds, training, preprocessing } = manifest;
  return new OpenedDetector(detector, thresholds, training, preprocessing);
}

/** @throws PipelineError `usage` where it is no URL. */
function storeAt(url: string | URL, signal: AbortSignal | undefined): FileStore {
  try {
    return bundleStore(url, { ...(signal && { signal }) });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw usageError(
      `open: expected the URL of a bundle or a store, received ${url}; folders are opened by \`open\` of @utad/pipeline/node`,
      undefined,
      { cause },
    );
  }
}

function remade(name: string, wanted: Asset | undefined): Asset | undefined {
  const backbone = backbones.find((one) => one.name === name);
  return backbone && wanted?.seed !== undefined ? randomWeights(backbone, wanted.seed) : undefined;
}

/**
 * Trains a detector on good images that are held in memory, those of a page for example; a tenth of them, by seed, is kept for
 * the thresholds.
 *
 * @throws PipelineError `usage` for fewer than three images or a preset that there is not; the signal's reason.
 */
export async function train(
  images: readonly ImageSource[],
  { kind = twoStageKind, config, assets = {}, roi, seed = 0, onEvent, signal }: TrainOptions = {},
): Promise<OpenedDetector & { readonly history: FitSummary }> {
  const made = await kind.create(configOf(kind, config), { seed, assets });
  let detector = made;
  try {
    if (roi !== undefined) detector = withRoi(made, roi);
    const data = await heldInMemory(images, detector.inputSize);
    if (data.count < 3) {
      throw usageError(`train: expected at least 3 good images, received ${data.count}`);
    }
    const { training, heldOut } = holdOut(data, { seed });
    const history = await detector.fit(training, {
      seed,
      validation: heldOut,
      ...(signal && { signal }),
      onEvent: (event) => onEvent?.({ type: 'training', event }),
    });
    const thresholds = await fitThresholds(detector, heldOut, {
      learnedFrom: training,
      ...(signal && { signal }),
      onWarning: (message) => onEvent?.({ type: 'note', message: `warning: ${message}` }),
    });
    const { count, fingerprint } = training;
    const facts = { dataset: 'memory', category: null, images: count, fingerprint, seed };
    return Object.assign(new OpenedDetector(detector, thresholds, facts), { history });
  } catch (error) {
    detector.dispose();
    throw error;
  }
}

function configOf({ kind, presets, defaultPreset }: DetectorKind, config: unknown): unknown {
  if (config !== undefined && typeof config !== 'string') return config;
  const name = config ?? defaultPreset ?? Object.keys(presets)[0] ?? '';
  if (Object.hasOwn(presets, name)) return presets[name];
  const names = Object.keys(presets).join(', ');
  throw usageError(`expected a preset of ${kind}: ${names}, received ${name}`, 'config');
}

async function heldInMemory(
  images: readonly ImageSource[],
  size: AnomalyDetector['inputSize'],
): Promise<Dataset> {
  const records: ImageRecord[] = [];
  for (const source of images) {
    const { data, shape } = await imagesFrom(source, size);
    for (let index = 0; index < shape[0]; index++) {
      const image = sliceOf(data, index, shape[0]);
      const id = `image ${records.length}`;
      records.push({ id, label: 0, defectType: 'good', image, size, channels: 3 });
    }
  }
  const hashes = records.map(({ image }) => sha256(image));
  return {
    count: records.length,
    fingerprint: sha256(new TextEncoder().encode(`${size.join('x')} ${hashes.join(' ')}`)),
    async *records(order) {
      for (const index of order) {
        const record = records[index];
        if (record === undefined)
          throw new RangeError(`expected an index below ${records.length}, received ${index}`);
        yield record;
      }
    },
  };
}
