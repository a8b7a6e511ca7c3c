import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as tf from '@tensorflow/tfjs';
import type { FileStore } from '@utad/core';
import { BundleError } from './bundle-error';
import type { BundleManifest } from './bundle-manifest';
import type { AnomalyDetector } from './detector';
import { sha256 } from './hash';
import { encodeManifest, MANIFEST_FILE, parseManifest } from './manifest';
import { decodeNetwork, encodeNetwork, networkFiles } from './network-files';
import type { Thresholds } from './thresholds';

/** A bundle whose files are all there and unaltered. */
export interface Bundle {
  /** What `utad.json` says, checked. */
  readonly manifest: BundleManifest;
  /** The files of the networks, by name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Makes detectors of one kind, new or from a bundle. Its two functions may need time to fetch what they need. The command
 * line, reports and bundles work for every kind alike.
 */
export interface DetectorKind {
  /** Its name, in bundles and reports. */
  readonly kind: string;
  /** Configurations by name, as plain data that can be edited and given to `create`. */
  readonly presets: Readonly<Record<string, unknown>>;
  /** The preset to start from where none is named. Default the first of `presets`. */
  readonly defaultPreset?: string;
  /**
   * Says of a configuration what is wrong with it, and where, before anything is made from it: a schema of any library
   * that follows Standard Schema (https://standardschema.dev), such as zod. What it answers is given to `create`, so it
   * may fill in defaults. Without it `create` alone judges.
   */
  readonly schema?: StandardSchemaV1;
  /** A new detector. `seed` fixes its initial weights; default 0. */
  create(config: unknown, options?: { seed?: number }): Promise<AnomalyDetector>;
  /**
   * The detector of a bundle. It is built from `bundle.manifest.config`, and takes its weights with
   * {@link restoreNetworks}.
   */
  load(bundle: Bundle): Promise<AnomalyDetector>;
}

/** What a bundle says besides networks and configuration. */
export interface BundleDetails {
  /** From {@link fitThresholds}; stored, since a score means nothing without them. */
  readonly thresholds: Thresholds;
  /** What it learnt from: dataset and category by name, number of images, the data's fingerprint, the seed. */
  readonly training: BundleManifest['training'];
  /** Versions of what made it, by package. */
  readonly versions: Readonly<Record<string, string>>;
}

/** More than any network here has; a manifest that claims more is not believed. */
const LARGEST_FILE = 2 ** 31;

/** Writes a detector and its thresholds, in place of whatever the store held. */
export async function saveBundle(
  store: FileStore,
  detector: AnomalyDetector,
  { thresholds, training, versions }: BundleDetails,
): Promise<void> {
  const files = new Map<string, Uint8Array>();
  for (const [name, network] of Object.entries(detector.networks())) {
    for (const [file, bytes] of await encodeNetwork(name, network)) files.set(file, bytes);
  }
  const listed: BundleManifest['files'] = {};
  for (const [name, bytes] of files) listed[name] = { sha256: sha256(bytes), bytes: bytes.length };
  const manifest: BundleManifest = {
    format: 1,
    kind: detector.kind,
    config: detector.config,
    inputSize: [detector.inputSize[0], detector.inputSize[1]],
    score: { reduction: detector.reduction },
    thresholds,
    training,
    assets: { ...detector.assets },
    versions: { ...versions },
    networks: Object.keys(detector.networks()),
    files: listed,
  };
  await store.replace(new Map([[MANIFEST_FILE, encodeManifest(manifest)], ...files]));
}

/**
 * Reads what `utad.json` says of a bundle, and none of its networks: of many bundles those are gigabytes.
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
  return { manifest, files };
}

/**
 * Opens a bundle of any of these kinds.
 *
 * @throws BundleError when it is damaged or of no kind given.
 */
export async function openBundle(
  store: FileStore,
  kinds: readonly DetectorKind[],
): Promise<{ detector: AnomalyDetector; manifest: BundleManifest }> {
  const bundle = await readBundle(store);
  const kind = kinds.find(({ kind }) => kind === bundle.manifest.kind);
  if (kind === undefined) {
    const known = kinds.map(({ kind }) => kind).join(', ');
    throw new BundleError(
      'kind',
      `bundle: expected a detector of kind ${known}, found ${bundle.manifest.kind}`,
    );
  }
  return { detector: await kind.load(bundle), manifest: bundle.manifest };
}

/**
 * Gives a detector's networks the weights of a bundle. The networks were built by their own code: what a file says of
 * their structure is never run.
 *
 * @throws BundleError when a network is missing, or one of its weights has another name or shape.
 */
export function restoreNetworks(networks: Readonly<Record<string, tf.LayersModel>>, { files }: Bundle): void {
  for (const [name, network] of Object.entries(networks)) {
    const { model, weights } = networkFiles(name);
    const modelBytes = files.get(model);
    const weightBytes = files.get(weights);
    if (modelBytes === undefined || weightBytes === undefined) {
      throw new BundleError('network', `bundle: expected a network ${name}, found none`);
    }
    const saved = decodeNetwork(name, modelBytes, weightBytes);
    try {
      for (const weight of network.weights) {
        const value = saved[weight.originalName];
        if (value === undefined || value.shape.join() !== weight.shape.join()) {
          throw new BundleError(
            'network',
            `bundle: expected ${name}/${weight.originalName} of shape [${weight.shape}], found ${value ? `[${value.shape}]` : 'none'}`,
          );
        }
        weight.write(value);
      }
    } finally {
      tf.dispose(saved);
    }
  }
}
