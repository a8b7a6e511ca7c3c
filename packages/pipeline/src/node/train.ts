import { resolve, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { holdOut, type Size, type TrainingEvent } from '@utad/core';
import { augmented, ImageError } from '@utad/datasets';
import { decodeMask, readImageFile, type Splits, writeSplits } from '@utad/datasets/node';
import {
  type AnomalyDetector,
  type Asset,
  type DetectorKind,
  type FitSummary,
  fitThresholds,
  type Roi,
  readManifest,
  saveBundle,
  withRoi,
} from '@utad/detector';
import { entryType, FileError, folderStore, withExclusive, writeFileAtomic } from '@utad/files/node';
import type { BackendName, ChosenBackend } from '@utad/runtime';
import { version } from '../../package.json';
import { PipelineError, usageError } from '../errors';
import type { Watch } from '../events';
import { formatCount, toJson } from '../text';
import { type AssetOptions, assetRequest, checkAssets, loaderOf } from './assets';
import { type ConfigOptions, changesConfig, loadConfig } from './config';
import { setAt, valueAt } from './config-path';
import {
  type AugmentConfig,
  augmentOptions,
  checkAugment,
  type DataSource,
  type OpenedData,
  openData,
  rulesOf,
  type SourceOptions,
  samePictures,
  sourceOf,
} from './data';
import { checkDetector, type DetectorOption, findDetector, findDetectorOf, presetOf } from './detectors';
import { type FoundRun, OpenedRun, startBackend } from './open';
import { type RunConfig, RunFolder } from './run-folder';

/** What to train, on what, and where it goes. */
export interface TrainOptions extends SourceOptions, ConfigOptions, AssetOptions, Watch {
  /** The run folder to make. */
  readonly out: string;
  /** Default `two-stage`. */
  readonly detector?: DetectorOption;
  /** The configuration to start from. Default that of the kind. */
  readonly preset?: string;
  /** Use at most so many images, chosen by seed. */
  readonly limit?: number;
  /** Leave out images that cannot be read, instead of failing. Default false. */
  readonly skipBad?: boolean;
  /**
   * What is white in images of more than 8 bits, from 255 to 65535; `auto` takes the smallest of 511, 1023 and so on to 65535
   * that holds the largest value of all training images. The bundle keeps it, and whatever is predicted is read so. Default 65535.
   */
  readonly whiteLevel?: number | 'auto';
  /** How training images are varied. Default not at all. */
  readonly augment?: AugmentConfig;
  /**
   * A picture whose bright pixels are the region of interest, stretched over the images: what is outside counts neither in
   * fitting nor in scores, thresholds and regions. Its values are read as those of masks are. The bundle keeps it.
   */
  readonly roi?: string;
  /** Keep decoded images in the user's cache folder, so that they are decoded once. Default false. */
  readonly cache?: boolean;
  /** Fixes everything random. Default 0. */
  readonly seed?: number;
  /** What computes. Default the best that works. */
  readonly backend?: BackendName;
  /** Steps between checkpoints. Default 100. */
  readonly checkpointEvery?: number;
  /** Continue the run in `out`; its configuration is read back, and other options must agree with it. Default false. */
  readonly resume?: boolean;
  /** Replace the run in `out`. Default false. */
  readonly force?: boolean;
}

/** A run that came to its end; its detector is ready to predict. Dispose of it after use. */
export class TrainedRun extends OpenedRun {
  declare readonly run: NonNullable<FoundRun['run']>;

  constructor(
    found: FoundRun & { readonly run: NonNullable<FoundRun['run']> },
    kind: DetectorKind,
    detector: AnomalyDetector,
    backend: ChosenBackend,
    notes: readonly string[],
    /** The course of the training. */
    readonly history: FitSummary,
    /** How many images it learned from, and how many thresholds were fitted on. */
    readonly images: { readonly training: number; readonly heldOut: number },
    /** Whether its data set has images to test on, so that the run can be evaluated without naming another. */
    readonly hasTestImages: boolean,
  ) {
    super(found, kind, detector, { ...backend, engine: 'tfjs' }, notes);
  }
}

/**
 * Trains a detector on good images into a run folder, with its bundle, thresholds, history, events and checkpoints.
 *
 * @throws PipelineError `usage` for options that mean nothing; `interrupted` when the signal aborted a run that `resume`
 *   can continue.
 * @throws LockedError while another process trains, evaluates or predicts into the folder.
 *
 * @example
 * await using run = await train({ root: 'photos/good', out: 'runs/mine' });
 */
export async function train(options: TrainOptions): Promise<TrainedRun> {
  const { out, resume = false, force = false } = options;
  if (resume && force) throw usageError('expected `resume` or `force`, received both');
  const folder = new RunFolder(out);
  if (!resume) {
    await folder.expectFree({ force });
    await expectImages(sourceOf(options));
  }
  const work = async () => {
    const plan = resume ? await resumedPlan(folder, options) : await newPlan(options);
    if (force) expectNoInputs(folder, plan.config);
    return await carryOut(folder, plan, options);
  };
  // A run that is replaced loses its maps, which a prediction may be writing.
  const alone = async () => {
    // The one before may have come to its end meanwhile.
    if (!resume && !force) await folder.expectFree({ force });
    return force && (await entryType(folder.path)) === 'folder'
      ? await withExclusive(folder.maps, 'train', work)
      : await work();
  };
  return await withExclusive(out, 'train', alone);
}

/**
 * Why a split of a data set cannot be opened, as opening it says; undefined where it can. Files are listed, and one of them is
 * read.
 */
async function dataProblem(source: DataSource, split: 'train' | 'test', splits?: Splits): Promise<unknown> {
  if (source.dataset === 'synthetic') return undefined;
  const look = { split, size: [1, 1], limit: 1, seed: 0, skipBad: true, quiet: true } as const;
  return openData(source, { ...look, splits, mayHaveChanged: true }).then(
    () => undefined,
    (problem: unknown) => problem,
  );
}

/** What is wrong with the name of a data set: the rest shows when all of it is read. */
const NOT_THERE: readonly unknown[] = ['root-missing', 'category-unknown', 'split-missing'];

/** @throws DatasetError where there are no images to train on, before anything is fetched or computed for them. */
async function expectImages(source: DataSource): Promise<void> {
  const problem = await dataProblem(source, 'train');
  if (problem instanceof Error && NOT_THERE.includes(Reflect.get(problem, 'code'))) throw problem;
}

/** What to train, and with which kind of detector. */
export interface TrainingPlan {
  readonly config: RunConfig;
  readonly kind: DetectorKind;
  /** The white level is to be found by a look at the images. */
  readonly findWhiteLevel?: boolean;
  /** What a reader of results must know of the configuration. */
  readonly notes?: readonly string[];
}

/** The configuration of a new run. */
export async function newPlan(options: TrainOptions): Promise<TrainingPlan> {
  const { kind, module } = await findDetector(options.detector);
  checkAssets(kind, options.assets);
  const preset = presetOf(kind, options.preset);
  const source = sourceOf(options);
  checkWhiteLevel(source, options.whiteLevel);
  const score = scoreFor(source, kind, preset.config);
  const name = `preset ${preset.name} of ${kind.kind}`;
  const config = await loadConfig({ kind, base: score.config, name }, options);
  const assets: Record<string, string> = {};
  for (const asset of kind.assets ?? []) {
    assets[asset] = await loaderOf(asset).choose(assetRequest(asset, options, options));
  }
  return {
    config: {
      detector: kind.kind,
      module,
      ...source,
      limit: options.limit ?? null,
      skipBad: options.skipBad ?? false,
      ...(typeof options.whiteLevel === 'number' && { whiteLevel: options.whiteLevel }),
      augment: options.augment === undefined ? null : checkAugment(options.augment),
      roi: options.roi === undefined ? null : resolve(options.roi),
      preset: preset.name,
      config,
      seed: options.seed ?? 0,
      backend: options.backend ?? null,
      assets,
      checkpointEvery: options.checkpointEvery ?? 100,
    },
    kind,
    findWhiteLevel: options.whiteLevel === 'auto',
    notes: score.notes,
  };
}

/** @throws PipelineError `usage` */
function checkWhiteLevel({ dataset }: DataSource, level: TrainOptions['whiteLevel']): void {
  if (level === undefined) return;
  if (['class', 'drawn'].includes(rulesOf(dataset).category)) {
    throw usageError(`\`dataset\` ${dataset}: expected no \`whiteLevel\`, received ${level}`);
  }
  if (level === 'auto' || (Number.isSafeInteger(level) && level >= 255 && level <= 65_535)) return;
  throw usageError(`expected auto, or a whole number from 255 to 65535, received ${level}`, 'whiteLevel');
}

/** The preset with the score that the data set wants; options are laid over it. */
function scoreFor(
  { dataset }: DataSource,
  { shortcuts = {} }: DetectorKind,
  preset: unknown,
): { config: unknown; notes: readonly string[] } {
  const { reduction } = rulesOf(dataset);
  const [shortcut] = shortcuts.reduction ?? [];
  if (reduction === null || shortcut === undefined) return { config: preset, notes: [] };
  const path = shortcut.split('.');
  const before = valueAt(preset, path);
  if (before === reduction) return { config: preset, notes: [] };
  return {
    config: setAt(preset, path, reduction),
    notes: [
      `Scores are the ${reduction} of the map, for ${dataset}, unless \`set\` ${shortcut} says otherwise; the preset has ${before}.`,
    ],
  };
}

type Plain = string | number | boolean | null | undefined;

/**
 * The configuration of a run that goes on.
 *
 * @throws PipelineError `usage` when there is no run, or the options say otherwise than its configuration.
 */
async function resumedPlan(folder: RunFolder, options: TrainOptions): Promise<TrainingPlan> {
  if (!(await folder.isRun())) {
    throw usageError(`expected the folder of a run, but ${folder.name} holds none`, 'resume');
  }
  const saved = await folder.readConfig();
  const { kind } = await findDetectorOf(saved.detector, options.detector, saved.module);
  const name = folder.shown(folder.config);
  const base = { kind, base: saved.config, name };
  const config = await loadConfig(base);
  const contradict = (option: string, value: Plain, was: Plain) => {
    if (value === undefined || JSON.stringify(value) === JSON.stringify(was)) return;
    throw usageError(
      `the run in ${folder.name} has ${was ?? 'no'} for \`${option}\`, received ${value}; leave it out`,
      'resume',
    );
  };
  const { root, category } = sourceOf(
    {
      ...(options.root !== undefined && { root: options.root }),
      ...(options.category !== undefined && { category: options.category }),
    },
    saved,
  );
  contradict('dataset', options.dataset, saved.dataset);
  contradict('root', options.root && root, saved.root);
  contradict('category', options.category && category, saved.category);
  contradict('good', options.good, saved.good);
  contradict('limit', options.limit, saved.limit);
  contradict('skipBad', options.skipBad, saved.skipBad);
  contradict('whiteLevel', options.whiteLevel, saved.whiteLevel);
  const augment = options.augment && JSON.stringify(checkAugment(options.augment));
  contradict('augment', augment, saved.augment && JSON.stringify(saved.augment));
  contradict('roi', options.roi && resolve(options.roi), saved.roi);
  contradict('preset', options.preset, saved.preset);
  contradict('seed', options.seed, saved.seed);
  contradict('backend', options.backend, saved.backend);
  for (const asset of Object.keys(options.assets ?? {})) {
    const place = await loaderOf(asset).locate(assetRequest(asset, options, options));
    contradict(`assets.${asset}`, place, saved.assets[asset]);
  }
  contradict('checkpointEvery', options.checkpointEvery, saved.checkpointEvery);
  if (changesConfig(options)) {
    const changed = await loadConfig({ ...base, base: config }, options);
    if (JSON.stringify(changed) !== JSON.stringify(config)) {
      throw usageError(
        `\`config\`, \`set\` and \`epochs\` say otherwise than ${name}; leave them out`,
        'resume',
      );
    }
  }
  return { config: { ...saved, config }, kind };
}

/**
 * Trains a detector as its configuration says, into its folder. Whatever can be wrong with data, backend and assets shows
 * before anything is written.
 */
export async function carryOut(
  folder: RunFolder,
  { config: asked, kind, findWhiteLevel = false, notes: planned = [] }: TrainingPlan,
  {
    resume = false,
    force = false,
    cache = false,
    onEvent,
    signal,
  }: Pick<TrainOptions, 'resume' | 'force' | 'cache' | 'onEvent' | 'signal'>,
): Promise<TrainedRun> {
  const { limit, seed, skipBad } = asked;
  const note = (message: string) => onEvent?.({ type: 'note', message });
  const recorded = resume ? await folder.readSplits() : undefined;
  // The detector knows what size it wants; what is said of its making waits until the images turn out to be sound.
  const said: string[] = [];
  const later: Watch = {
    signal,
    onEvent: (event) => (event.type === 'note' ? said.push(event.message) : onEvent?.(event)),
  };
  const backend = await startBackend({ backend: asked.backend, training: true }, later);
  signal?.throwIfAborted();
  const notes: string[] = [];
  const assets: Record<string, Asset> = {};
  for (const name of kind.assets ?? []) {
    const loader = loaderOf(name);
    const asset = await loader.load(asked.assets[name], later);
    notes.push(...loader.notes(asset));
    assets[name] = asset;
  }
  const made = await kind.create(asked.config, { seed, assets });
  let detector = made;
  let begun = resume;
  try {
    checkDetector(made, kind.kind);
    if (asked.roi !== null) {
      const { roi, decided } = await readRoi(asked.roi, made.inputSize);
      detector = withRoi(made, roi);
      said.push(...decided);
    }
    const size = detector.inputSize;
    const opened = await openData(asked, {
      ...({ split: 'train', seed, splits: recorded, onEvent, signal } as const),
      ...{ size, limit, skipBad, cache },
      whiteLevel: findWhiteLevel ? 'auto' : asked.whiteLevel,
    });
    const { whiteLevel } = opened;
    const config = { ...asked, ...(whiteLevel !== undefined && { whiteLevel }) };
    const { training: plain, heldOut, indices } = split(opened, seed);
    const repeated = repeatedNotes(opened, indices);
    const training = augmented(plain, augmentOptions(config.augment, seed));
    signal?.throwIfAborted();
    for (const line of [...said, ...planned, ...repeated]) note(line);

    if (force) await folder.clear();
    if (resume) await folder.sweep();
    else await folder.create(config);
    if (opened.splits !== null) await writeSplits(folder.splits, opened.splits);
    begun = true;
    note(`training on ${training.count} images, ${heldOut.count} held out for thresholds; seed ${seed}`);
    const history = await detector.fit(training, {
      seed,
      onEvent(event: TrainingEvent) {
        onEvent?.({ type: 'training', event });
        if (event.type !== 'step' || event.losses !== undefined) folder.appendEvent(event);
      },
      ...(signal && { signal }),
      validation: heldOut,
      checkpoint: { store: folderStore(folder.checkpoint), every: config.checkpointEvery, resume },
    });
    const doubts: string[] = [];
    const fitted = await fitThresholds(detector, heldOut, {
      learnedFrom: plain,
      ...(signal && { signal }),
      onWarning: (message) => doubts.push(message),
    });
    signal?.throwIfAborted();
    for (const message of doubts) note(`warning: ${message}`);
    const thresholds = { ...fitted, engine: `tfjs, ${backend.name}` };
    await writeFileAtomic(folder.history, toJson(history));
    const store = folderStore(folder.bundle);
    await saveBundle(store, detector, {
      thresholds,
      training: {
        dataset: config.dataset,
        category: config.category,
        images: training.count,
        fingerprint: training.fingerprint,
        seed,
      },
      versions: { utad: version, '@tensorflow/tfjs': tf.version.tfjs, [backend.name]: backend.version },
      ...(whiteLevel !== undefined && { preprocessing: { whiteLevel } }),
    });
    return new TrainedRun(
      { path: folder.bundle, manifest: await readManifest(store), run: { folder, config } },
      kind,
      detector,
      backend,
      [...opened.notes, ...planned, ...repeated, ...notes, ...doubts],
      history,
      { training: training.count, heldOut: heldOut.count },
      (await dataProblem(config, 'test', opened.splits ?? undefined)) === undefined,
    );
  } catch (error) {
    detector.dispose();
    if (!(signal?.aborted && error === signal.reason && begun)) throw error;
    // Not every detector saves checkpoints.
    const saved = (await entryType(folder.checkpoint)) === undefined ? '' : ', a checkpoint is saved';
    throw new PipelineError('interrupted', `interrupted${saved}`, undefined, { cause: error });
  }
}

/** @throws FileError `input` where replacing the run would remove what it is to be trained on. */
function expectNoInputs(folder: RunFolder, { root, roi }: RunConfig): void {
  for (const path of [root, roi]) {
    if (path === null || !`${path}${sep}`.startsWith(`${folder.path}${sep}`)) continue;
    const message = `expected images outside the run that is replaced, received ${path}`;
    throw new FileError('input', message, path);
  }
}

/**
 * The region that a picture marks, by its values as masks are read; where these mark all of it, what is brighter than half.
 *
 * @throws PipelineError `usage` where the picture cannot be read, or nothing in it is bright.
 */
async function readRoi(path: string, size: Size): Promise<{ roi: Roi; decided: string[] }> {
  const bytes = await readImageFile(path).catch((cause: Error) => {
    const reason = cause instanceof ImageError ? cause.reason : cause.message;
    throw usageError(`expected a picture, but ${path}: ${reason}`, 'roi', { cause });
  });
  const bright = await decodeMask(bytes, path, size);
  const byValues = await decodeMask(bytes, path, size, 'by-values');
  if (byValues.includes(1) && byValues.includes(0)) {
    const inside = Math.round((100 * byValues.filter((value) => value === 1).length) / byValues.length);
    const note = `Region of interest: all of ${path} that is not black, ${inside} %.`;
    const same = byValues.every((value, pixel) => value === bright[pixel]);
    return { roi: { mask: byValues, size }, decided: same ? [] : [note] };
  }
  if (bright.includes(1)) return { roi: { mask: bright, size }, decided: [] };
  throw usageError(`expected a picture with bright pixels, found none in ${path}`, 'roi');
}

/** Says where thresholds are fitted on pictures that were learned from. */
function repeatedNotes(of: OpenedData, { training, heldOut }: ReturnType<typeof split>['indices']): string[] {
  const same = samePictures({ of, indices: heldOut }, { of, indices: training });
  if (same === undefined) return [];
  const [kept, learned] = same.pair;
  return [
    `Of ${formatCount(heldOut.length, 'image')} held out for thresholds ${same.count} ${same.count === 1 ? 'is' : 'are'} byte for byte among the training images too, such as ${kept} as ${learned}; thresholds may come out too low.`,
  ];
}

/** Thresholds want an image that training has not seen, and a batch has two images at least. */
const FEWEST_IMAGES = 3;

function split({ data }: OpenedData, seed: number) {
  if (data.count < FEWEST_IMAGES) {
    throw usageError(`training: expected at least ${FEWEST_IMAGES} good images, received ${data.count}`);
  }
  return holdOut(data, { seed });
}
