import type { FileStore, TensorData } from '@utad/core';
import { decodeSafetensors, encodeSafetensors, SafetensorsError, sha256 } from '@utad/files';
import { BundleError } from './bundle-error';
import type { AnomalyDetector, Asset } from './detector';
import type { DetectorKind } from './kind';
import { stateOfLayersModels } from './layers-models';
import {
  type BundleManifest,
  encodeManifest,
  type ImagePreprocessing,
  MANIFEST_FILE,
  parseManifest,
} from './manifest';
import { roiOf, withRoi } from './roi';
import { StateError } from './state';
import type { Thresholds } from './thresholds';

/** A bundle whose files are all there and unaltered. */
export interface Bundle {
  /** What `utad.json` says, checked. */
  readonly manifest: BundleManifest;
  /** What the detector has learned, by name. */
  readonly state: ReadonlyMap<string, TensorData>;
}

/** What a bundle says besides state and configuration. */
export interface BundleDetails {
  /** From {@link fitThresholds}; stored, since a score means nothing without them. */
  readonly thresholds: Thresholds;
  /** What it learnt from: dataset and category by name, number of images, the data's fingerprint, the seed. */
  readonly training: BundleManifest['training'];
  /** Versions of what made it, by package. */
  readonly versions: Readonly<Record<string, string>>;
  /** What was done to images before it saw them. Default nothing. */
  readonly preprocessing?: ImagePreprocessing | undefined;
}

/** How {@link openBundle} finds what a bundle does not hold. */
export interface OpenBundleOptions {
  /**
   * Loads an asset that the kind names: the one `wanted`, which the bundle was made with. It may answer another; then the
   * bundle's thresholds do not hold, and it is refused unless `allowOtherAssets` is set.
   */
  readonly assets?: (name: string, wanted: Asset | undefined) => Promise<Asset>;
  /** Open with other assets than it was made with. Default false. */
  readonly allowOtherAssets?: boolean;
  /** Puts another in place of the detector, such as one that predicts on another engine. Default the detector itself. */
  readonly through?: (detector: AnomalyDetector) => Promise<AnomalyDetector>;
}

/** More than any detector here has; a manifest that claims more is not believed. */
const LARGEST_FILE = 2 ** 31;

const STATE_FILE = 'state.safetensors';

/** Writes a detector and its thresholds, in place of whatever the store held. */
export async function saveBundle(
  store: FileStore,
  detector: AnomalyDetector,
  { thresholds, training, versions, preprocessing }: BundleDetails,
): Promise<void> {
  const state = encodeSafetensors(await detector.state());
  const assets = Object.entries(detector.assets ?? {}).map(
    ([key, { name, sha256, source, seed }]): [string, Asset] => [
      key,
      { name, sha256, ...(source !== undefined && { source }), ...(seed !== undefined && { seed }) },
    ],
  );
  const manifest: BundleManifest = {
    format: 2,
    kind: detector.kind,
    config: detector.config,
    inputSize: [detector.inputSize[0], detector.inputSize[1]],
    ...(preprocessing !== undefined && { preprocessing }),
    score: { reduction: detector.reduction ?? null },
    thresholds,
    training,
    assets: Object.fromEntries(assets),
    versions: { ...versions },
    networks: [],
    state: STATE_FILE,
    files: { [STATE_FILE]: { sha256: sha256(state), bytes: state.length } },
  };
  await store.replace(
    new Map([
      [MANIFEST_FILE, encodeManifest(manifest)],
      [STATE_FILE, state],
    ]),
  );
}

/**
 * Reads what `utad.json` says of a bundle, and not its state: of many bundles those are gigabytes.
 *
 * @throws BundleError when there is none, or it was changed.
 */
export async function readManifest(store: FileStore): Promise<BundleManifest> {
  return (await manifestAmong(store)).manifest;
}

async function manifestAmong(store: FileStore): Promise<{ manifest: BundleManifest; present: string[] }> {
  const present = await store.list();
  if (!present.includes(MANIFEST_FILE)) {
    throw new BundleError(
      'missing',
      `bundle: expected a file ${MANIFEST_FILE}, found ${present.length} others`,
    );
  }
  return { manifest: parseManifest(await store.read(MANIFEST_FILE)), present };
}

/**
 * Reads a bundle and checks every file against its manifest.
 *
 * @throws BundleError that says which check failed.
 */
export async function readBundle(store: FileStore): Promise<Bundle> {
  const { manifest, present } = await manifestAmong(store);
  const files = new Map<string, Uint8Array>();
  for (const [name, { sha256: expected, bytes: size }] of Object.entries(manifest.files)) {
    if (size > LARGEST_FILE) {
      throw new BundleError(
        'size',
        `bundle: expected ${name} of at most ${LARGEST_FILE} bytes, its manifest says ${size}`,
      );
    }
    if (!present.includes(name))
      throw new BundleError('missing', `bundle: expected a file ${name}, found none`);
    const bytes = await store.read(name);
    if (bytes.length !== size) {
      throw new BundleError('size', `bundle: expected ${name} of ${size} bytes, found ${bytes.length}`);
    }
    const found = sha256(bytes);
    if (found !== expected) {
      throw new BundleError(
        'hash',
        `bundle: expected ${name} with SHA-256 ${expected}, found ${found}: it was changed`,
      );
    }
    files.set(name, bytes);
  }
  return { manifest, state: stateOf(manifest, files) };
}

function stateOf(
  { state, networks }: BundleManifest,
  files: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, TensorData> {
  if (state === undefined) return stateOfLayersModels(networks, files);
  const bytes = files.get(state);
  if (bytes === undefined) throw new BundleError('state', `bundle: expected a file ${state}, found none`);
  try {
    return decodeSafetensors(bytes).tensors;
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause;
    throw new BundleError('state', `bundle: ${state}: ${cause.message}`, { cause });
  }
}

/**
 * Opens a bundle of any of these kinds.
 *
 * @throws BundleError when it is damaged, of no kind given, or an asset is another than it was made with.
 */
export async function openBundle(
  store: FileStore,
  kinds: readonly DetectorKind[],
  options: OpenBundleOptions = {},
): Promise<{ detector: AnomalyDetector; manifest: BundleManifest }> {
  const bundle = await readBundle(store);
  return { detector: await restoreDetector(bundle, kinds, options), manifest: bundle.manifest };
}

/**
 * The detector of a bundle that was read.
 *
 * @throws BundleError as {@link openBundle} does.
 */
export async function restoreDetector(
  { manifest, state }: Bundle,
  kinds: readonly DetectorKind[],
  { assets: load, allowOtherAssets = false, through }: OpenBundleOptions = {},
): Promise<AnomalyDetector> {
  const kind = kinds.find(({ kind }) => kind === manifest.kind);
  if (kind === undefined) {
    const known = kinds.map(({ kind }) => kind).join(', ');
    throw new BundleError('kind', `bundle: expected a detector of kind ${known}, found ${manifest.kind}`);
  }
  const assets: Record<string, Asset> = {};
  for (const name of kind.assets ?? []) {
    const wanted = manifest.assets[name];
    if (load === undefined) {
      const what = wanted === undefined ? '' : ` "${wanted.name}" (SHA-256 ${wanted.sha256})`;
      throw new BundleError('asset', `bundle: expected the ${name}${what} it was made with, received none`);
    }
    const found = await load(name, wanted);
    if (wanted !== undefined && wanted.sha256 !== found.sha256 && !allowOtherAssets) {
      throw new BundleError(
        'asset',
        `bundle: expected the ${name} "${wanted.name}" it was made with, received "${found.name}"`,
      );
    }
    assets[name] = found;
  }
  try {
    const restored = await kind.restore(state, await configOf(manifest.config, kind), { assets });
    const detector = through === undefined ? restored : await throughOrDisposed(restored, through);
    const roi = roiOf(state);
    return roi === undefined ? detector : withRoi(detector, roi);
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== StateError.name) throw cause;
    throw new BundleError('state', `bundle: ${cause.message}`, { cause });
  }
}

async function throughOrDisposed(
  detector: AnomalyDetector,
  through: (detector: AnomalyDetector) => Promise<AnomalyDetector>,
): Promise<AnomalyDetector> {
  try {
    return await through(detector);
  } catch (error) {
    detector.dispose();
    throw error;
  }
}

/** The configuration as the kind's schema gives it. */
async function configOf(config: unknown, { schema }: DetectorKind): Promise<unknown> {
  if (schema === undefined) return config;
  const result = await schema['~standard'].validate(config);
  if (result.issues === undefined) return result.value;
  const [issue] = result.issues;
  const keys = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  const place = ['config', ...keys].join('.');
  throw new BundleError('manifest', `bundle: ${place}: ${issue?.message ?? 'not a configuration'}`);
}
