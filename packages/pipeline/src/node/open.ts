import {
  type AnomalyDetector,
  type Asset,
  type BundleManifest,
  type DetectorKind,
  readBundle,
  readManifest,
  restoreDetector,
} from '@utad/detector';
import { folderStore } from '@utad/files/node';
import type { BackendName, ChosenBackend } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';
import type { Watch } from '../events';
import { SharedDetector } from '../shared-detector';
import { type AssetOptions, assetRequest, checkAssets, loaderOf } from './assets';
import { checkDetector, type DetectorOption, findDetectorOf } from './detectors';
import { type ChosenEngine, type EngineOptions, startEngine } from './engine';
import { type PredictRunOptions, type PredictSource, predict } from './predict';
import type { PredictedItem } from './prediction-table';
import { findBundle, type KnownRun } from './run-folder';

/** How a run or a bundle is opened. */
export interface OpenOptions extends AssetOptions, EngineOptions, Watch {
  /** Brings the kind of the bundle where it is not built in: a module, or the kind itself. */
  readonly detector?: DetectorOption | undefined;
}

/** A bundle that is not opened yet. */
export interface FoundRun {
  /** The folder of the bundle. */
  readonly path: string;
  /** What it says of itself; its other files are checked when they are read. */
  readonly manifest: BundleManifest;
  /** The run that made it, where it lies in one. */
  readonly run: KnownRun | undefined;
}

/** A trained detector, with what is known of it. Dispose of it after use. */
export class OpenedRun implements FoundRun, AsyncDisposable {
  readonly path: string;
  readonly manifest: BundleManifest;
  readonly run: KnownRun | undefined;
  /** Of its detector. */
  readonly kind: DetectorKind;
  /** What predicts; it is disposed of with this. */
  readonly detector: AnomalyDetector;
  /** What it is opened on. */
  readonly backend: ChosenEngine;
  /** What a reader of results must know. */
  readonly notes: readonly string[];
  readonly #shared: SharedDetector;

  constructor(
    { path, manifest, run }: FoundRun,
    kind: DetectorKind,
    detector: AnomalyDetector,
    backend: ChosenEngine,
    notes: readonly string[],
  ) {
    this.path = path;
    this.manifest = manifest;
    this.run = run;
    this.kind = kind;
    this.detector = detector;
    this.backend = backend;
    this.notes = notes;
    this.#shared = new SharedDetector(detector);
  }

  /**
   * Predicts images, one after the other. Several calls at once do not disturb each other.
   *
   * @param source Paths of images and folders, bytes of image files, or decoded images.
   * @throws PipelineError `usage` when a path does not exist, there are no images, or the run is disposed of.
   *
   * @example
   * for await (const { path, anomalous } of run.predict('photos/new')) console.log(path, anomalous);
   */
  predict(
    source: PredictSource | readonly PredictSource[],
    options: PredictRunOptions = {},
  ): AsyncGenerator<PredictedItem, readonly string[]> {
    return this.#shared.during(predict(this, source, options));
  }

  /** Frees what the detector holds: at once, or when the predictions that are being made have ended. */
  dispose(): void {
    void this.#shared.dispose();
  }

  /** {@link dispose}, and waits until it is done. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shared.dispose();
  }
}

/**
 * Opens a trained detector.
 *
 * @param path A run folder or a bundle.
 * @throws PipelineError `usage` where there is none, its kind is not known, or what it was made with is not found.
 * @throws BundleError when it is damaged.
 *
 * @example
 * await using run = await open('runs/mine');
 */
export async function open(path: string, options: OpenOptions = {}): Promise<OpenedRun> {
  return await openRun(await findRun(path), options);
}

/**
 * What lies at a path: the manifest of a bundle, and the configuration of the run that made it.
 *
 * @throws PipelineError `usage` where there is none.
 */
export async function findRun(path: string): Promise<FoundRun> {
  const { path: bundle, run: folder } = await findBundle(path);
  const run = folder && { folder, config: await folder.readConfig() };
  return { path: bundle, manifest: await readManifest(folderStore(bundle)), run };
}

/**
 * {@link findRun}, with every file of the bundle compared with its hash.
 *
 * @throws BundleError that says which check failed.
 */
export async function checkRun(path: string): Promise<FoundRun> {
  const found = await findRun(path);
  await readBundle(folderStore(found.path));
  return found;
}

/** Opens what {@link findRun} found. Assets other than its own are taken only where the caller names them. */
export async function openRun(found: FoundRun, options: OpenOptions = {}): Promise<OpenedRun> {
  const { path, manifest, run } = found;
  const { kind } = await findDetectorOf(manifest.kind, options.detector, run?.config.module);
  checkAssets(kind, options.assets);
  // A damaged bundle shows before anything is started.
  const bundle = await readBundle(folderStore(path));
  const backend = await startEngine(kind, options, options);
  const notes: string[] = [];
  const detector = await restoreDetector(bundle, [kind], {
    allowOtherAssets: Object.keys(options.assets ?? {}).length > 0,
    ...(backend.through && { through: backend.through }),
    async assets(name: string, wanted?: Asset) {
      const loader = loaderOf(name);
      const request = { ...assetRequest(name, options, options), remembered: run?.config.assets[name] };
      const asset = await loader.find(wanted, request);
      notes.push(...loader.notes(asset));
      if (wanted !== undefined && wanted.sha256 !== asset.sha256) {
        notes.push(
          `${loader.title} "${asset.name}" are not the "${wanted.name}" of the bundle: its thresholds do not hold.`,
        );
      }
      return asset;
    },
  });
  try {
    checkDetector(detector, kind.kind);
  } catch (error) {
    detector.dispose();
    throw error;
  }
  for (const message of notes) options.onEvent?.({ type: 'note', message });
  return new OpenedRun(found, kind, detector, backend, notes);
}

/** Chooses what computes in TensorFlow.js, and says which and why. */
export async function startBackend(
  {
    backend,
    training = false,
  }: { readonly backend?: BackendName | null | undefined; readonly training?: boolean },
  { onEvent }: Watch = {},
): Promise<ChosenBackend> {
  const chosen = await useBackend({ training, ...(backend && { backend }) });
  onEvent?.({ type: 'note', message: `backend: ${chosen.reason}` });
  return chosen;
}
