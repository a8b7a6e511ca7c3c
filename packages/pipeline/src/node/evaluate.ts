import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { everyIndex, type Size } from '@utad/core';
import { decodeImage, readImageFile, type Splits } from '@utad/datasets/node';
import { MetricError, rocAuc } from '@utad/eval';
import { InputFiles, stageFiles, withExclusive } from '@utad/files/node';
import { type Latent, renderReport, type ScoreComparison } from '@utad/report';
import { usageError } from '../errors';
import {
  type EvaluatedBatch,
  type EvaluationObserver,
  evaluateDetector,
} from '../evaluate/evaluate-detector';
import type { Evaluation } from '../evaluate/evaluation';
import type { MeanImage } from '../evaluate/mean-image';
import type { PipelineEvent, Watch } from '../events';
import { METRIC_SIZE, type MetricSize } from '../metric-size';
import { formatCount, toJson } from '../text';
import { Words } from '../words';
import {
  type DataSource,
  nameOf,
  type OpenedData,
  openData,
  type SourceOptions,
  samePictures,
  sourceOf,
} from './data';
import { GalleryObserver } from './evaluate-gallery';
import {
  CodeObserver,
  latentOf,
  type ReadTraining,
  readTraining,
  showNeighbours,
  type TrainingCodes,
} from './evaluate-latent';
import { type Evaluated, type Metrics, metricsOf } from './evaluate-metrics';
import { type OutputContext, type OutputFolders, ScoreSheet, StagedOutputs } from './evaluate-outputs';
import { comparisonsOf, reportData } from './evaluate-report';
import { type FoundRun, OpenedRun, type OpenOptions, openRun } from './open';
import { aspectSentence, pictureSize } from './pictures';
import { type RunConfig, readHistory } from './run-folder';

/** How {@link evaluate} evaluates: on which images, and what is written. Images default to those that the run was trained on. */
export interface EvaluateOptions extends OpenOptions, SourceOptions, OutputFolders {
  /** Folder for `metrics.json`, `report.html`, `scores.json` and `scores.csv`. Default that of the run. */
  readonly out?: string | undefined;
  /** How many images the report shows at most; 0 leaves them out. Default 1,000. */
  readonly gallery?: number | undefined;
  /** Use at most so many images, chosen by seed. Default all. */
  readonly limit?: number | undefined;
  /** Chooses images under a limit, and draws those of a synthetic data set. Default that of the run, else 0. */
  readonly seed?: number | undefined;
  /** Leave out images that cannot be read. Default false: they are errors. */
  readonly skipBad?: boolean | undefined;
  /** Keep decoded images in the user's cache folder. Default true. */
  readonly cache?: boolean | undefined;
  /** Where pixel metrics are taken: a square of so many pixels a side, or `full` for the size of the files. Default 256. */
  readonly metricSize?: MetricSize | undefined;
  /** Above which value a mask marks, from 0 to 254. Default what the data set says, or else the values of each mask. */
  readonly maskThreshold?: number | undefined;
  /** Images at a time. Default 8. */
  readonly batchSize?: number | undefined;
}

/** What an evaluation came to, and where it was written. */
export interface EvaluationResult {
  /** What was measured, before it was put into files. */
  readonly evaluation: Evaluation;
  /** What was written as `metrics.json`. */
  readonly metrics: Metrics;
  /** The detector's score beside plainer ones. */
  readonly comparisons: readonly ScoreComparison[];
  /** How many images of either class reach the fitted threshold, of how many. */
  readonly called: Readonly<Record<'good' | 'anomalous', { readonly images: number; readonly of: number }>>;
  /** Sentences that a reader of the numbers must know. */
  readonly notes: readonly string[];
  /** Paths of what was written. */
  readonly files: { readonly report: string; readonly metrics: string; readonly scores: readonly string[] };
}

/**
 * Measures how well a detector does on a test set, and writes what came out; `metrics.json` comes last, so that it tells of a
 * whole evaluation. Where that fails or is interrupted, nothing is written, and what an earlier one wrote is as it was. Files that
 * are there are written over.
 *
 * @param run An opened one; one that was only found is opened once its images are, and disposed of afterwards.
 * @throws PipelineError `usage` when there is no folder to write to, or the images are not where they should be.
 * @throws MetricError when the test set is empty or a map is not finite.
 * @throws FileError where a file that is read would be written over.
 * @throws LockedError while another process writes into one of the folders.
 * @throws the signal's reason
 */
export async function evaluate(
  run: OpenedRun | FoundRun,
  options: EvaluateOptions = {},
): Promise<EvaluationResult> {
  const folder = run.run?.folder;
  const out = options.out ?? folder?.name;
  if (out === undefined) {
    throw usageError(`expected a folder, since ${run.path} is in no run folder`, 'out');
  }
  let work = () => evaluateInto(out, run, options);
  for (const path of new Set([out, options.maps, options.overlays])) {
    const inner = work;
    if (path !== undefined) work = () => withExclusive(path, 'evaluate', inner);
  }
  return await work();
}

async function evaluateInto(
  out: string,
  run: OpenedRun | FoundRun,
  options: EvaluateOptions,
): Promise<EvaluationResult> {
  const folder = run.run?.folder;
  const staged = new StagedOutputs(options);
  try {
    const { evaluated, latent, gallery, scores, inputs } = await measure(run, options, staged, out);
    const history = folder && (await readHistory(folder.history));
    const report = join(out, 'report.html');
    const metrics = metricsOf(evaluated, latent, report);
    const data = await reportData(evaluated, gallery?.build(), history);
    const metricsFile = join(out, 'metrics.json');
    const scoreFiles = scores.files(out);
    const files = await stageFiles([
      ...scoreFiles,
      [report, await renderReport({ ...data, ...(latent && { latent }) })],
      [metricsFile, toJson(metrics)],
    ]);
    try {
      options.signal?.throwIfAborted();
      await staged.commit(inputs);
      await files.commit();
    } finally {
      await files.discard();
    }
    const { evaluation, notes } = evaluated;
    return {
      ...{ evaluation, metrics, comparisons: comparisonsOf(evaluated), notes },
      called: { good: calledOf(evaluation, 0), anomalous: calledOf(evaluation, 1) },
      files: { report, metrics: metricsFile, scores: scoreFiles.map(([path]) => path) },
    };
  } finally {
    staged.discard();
  }
}

function calledOf({ kinds }: Evaluation, label: 0 | 1): EvaluationResult['called']['good'] {
  const sum = { images: 0, of: 0 };
  for (const kind of kinds) {
    if (kind.label !== label) continue;
    sum.images += kind.called;
    sum.of += kind.images;
  }
  return sum;
}

interface Measured {
  readonly evaluated: Evaluated;
  readonly latent: Latent | undefined;
  readonly gallery: GalleryObserver | undefined;
  readonly scores: ScoreSheet;
  /** What was read, and is not to be written over. */
  readonly inputs: InputFiles;
}

/** Files of an evaluation, which come into one folder. */
const RESULTS = ['report.html', 'metrics.json', 'scores.json', 'scores.csv'];

/** Opens images and detector, predicts each image once, and shows it to all who want something of it. */
async function measure(
  found: OpenedRun | FoundRun,
  options: EvaluateOptions,
  staged: StagedOutputs,
  out: string,
): Promise<Measured> {
  const { manifest } = found;
  const { config, folder } = found.run ?? {};
  const { signal, onEvent, skipBad = false, cache = true, metricSize, maskThreshold } = options;
  const limit = options.limit ?? null;
  const seed = options.seed ?? config?.seed ?? 0;
  const source = sourceOf(options, config);
  const splits = await folder?.readSplits();
  const size = manifest.inputSize;
  const { whiteLevel } = manifest.preprocessing ?? {};
  const opened = await openData(source, {
    ...{ split: 'test', size, limit, seed, skipBad, cache, metricSize, maskThreshold, whiteLevel },
    ...(trainedOn(config, source) ? { splits, mayHaveChanged: true } : { whole: true }),
    ...{ signal, onEvent },
  });
  const inputs = await inputsOf(found, source, opened);
  await inputs.expectNone(RESULTS.map((name) => join(out, name)));
  if (options.overlays !== undefined) sayAspect(opened, size, onEvent);
  signal?.throwIfAborted();
  const subject = { source, splits, seed, limit, opened, inputs };
  if (found instanceof OpenedRun) return await measureOn(found, subject, options, staged);
  await using run = await openRun(found, options);
  return await measureOn(run, subject, options, staged);
}

async function inputsOf(
  { path, run }: OpenedRun | FoundRun,
  { root }: DataSource,
  { entries }: OpenedData,
): Promise<InputFiles> {
  const masks = entries.flatMap(({ mask }) => (mask === undefined || mask === 'none' ? [] : [mask.path]));
  const bundle = (await readdir(path).catch(() => [])).map((name) => join(path, name));
  const known = run === undefined ? [] : [run.folder.config, run.folder.splits];
  const data = root === null ? [] : [root];
  return InputFiles.of([...data, ...entries.map(({ path }) => path), ...masks, ...bundle, ...known]);
}

/** Says of one image that is drawn what the network sees of it. */
function sayAspect({ entries, fileSizeOf }: OpenedData, size: Size, onEvent: Watch['onEvent']): void {
  for (const { id, path } of entries) {
    const message = aspectSentence(path, fileSizeOf(id) ?? size, size);
    if (message === undefined) continue;
    onEvent?.({ type: 'note', message });
    return;
  }
}

/** What is evaluated besides the run. */
interface Subject {
  readonly source: DataSource;
  readonly splits: Splits | undefined;
  readonly seed: number;
  readonly limit: number | null;
  readonly opened: OpenedData;
  readonly inputs: InputFiles;
}

async function measureOn(
  { manifest, run, kind, detector, backend, notes }: OpenedRun,
  { source, splits, seed, limit, opened, inputs }: Subject,
  { cache = true, batchSize, gallery: most, signal, onEvent }: EvaluateOptions,
  staged: StagedOutputs,
): Promise<Measured> {
  const config = run?.config;
  const size = manifest.inputSize;
  const watch: Watch = { signal, onEvent };
  const words = new Words(manifest.kind, kind.describe);
  const embed = detector.embed?.bind(detector);
  const repeated: string[] = [];
  const { whiteLevel } = manifest.preprocessing ?? {};
  const training = await learnedFrom(config, { size, splits, cache, whiteLevel, watch }, (learned) => {
    repeated.push(...repeatedNotes(opened, learned));
    return readTraining(learned.data, embed, { size, seed }, watch);
  });

  const context: OutputContext = {
    ...{ source, manifest, weights: detector.assets ?? {}, fileSizeOf: opened.fileSizeOf },
    photoOf: photos(opened),
  };
  const scores = new ScoreSheet(context);
  const test = opened.data;
  const gallery =
    most === 0
      ? undefined
      : await GalleryObserver.open({ manifest, detector, test, words }, { most, ...watch });
  const codes = embed && new CodeObserver(embed);
  const plain = 'value' in training ? new MeanImageObserver(training.value.mean) : undefined;
  const observers: EvaluationObserver[] = [scores];
  for (const observer of [gallery, codes, plain]) if (observer) observers.push(observer);
  observers.push(...staged.observers(context));
  const evaluation = await evaluateDetector(detector, test, {
    ...{ thresholds: manifest.thresholds, observers, metricSize: opened.metricSize },
    ...(batchSize !== undefined && { batchSize }),
    ...{ ...watch, onEvent: named(source, onEvent) },
  });

  const meanImage = orMissing(plain?.auroc(), training);
  const latent = await interpret(codes, training, gallery, { seed, about: words.codes }, watch);
  return {
    evaluated: {
      ...{ source, limit, config, detector, manifest, words, testSeed: seed, evaluation, backend },
      metricSize: opened.metricSize,
      meanImageAuroc: 'value' in meanImage ? meanImage.value : null,
      notes: [
        ...trainingNotes(config),
        ...overlapNotes(config, source, splits, opened),
        ...opened.notes,
        ...repeated,
        ...sizeNotes(opened.metricSize),
        ...notes,
        ...evaluation.notes,
        ...('missing' in meanImage
          ? [`The distance to the mean training image is not measured: ${meanImage.missing}.`]
          : []),
        ...latent.notes,
      ],
    },
    ...{ latent: latent.latent, gallery, scores, inputs },
  };
}

/** The files of images, by identifier, as large as they are drawn. */
function photos({ entries, fileSizeOf, whiteLevel }: OpenedData): NonNullable<OutputContext['photoOf']> {
  const paths = new Map(entries.map(({ id, path }) => [id, path]));
  return async (id) => {
    const [path, fileSize] = [paths.get(id), fileSizeOf(id)];
    if (path === undefined || fileSize === undefined) return undefined;
    const size = pictureSize(fileSize);
    const options = { ...(whiteLevel !== undefined && { whiteLevel }) };
    return { pixels: (await decodeImage(await readImageFile(path), path, size, options)).pixels, size };
  };
}

/** Events of work on a data set say which one. */
function named(source: DataSource, onEvent: Watch['onEvent']): (event: PipelineEvent) => void {
  return (event) => onEvent?.(event.type === 'progress' ? { ...event, subject: nameOf(source) } : event);
}

/** What came of the training images, or why nothing did. */
type OfTraining<T> = { readonly value: T } | { readonly missing: string };

interface LearnedFromOptions {
  readonly size: Size;
  readonly splits: Splits | undefined;
  readonly cache: boolean;
  readonly whiteLevel: number | undefined;
  readonly watch: Watch;
}

/**
 * Opens the images that the detector learned from, those held out for its thresholds among them, and makes something of
 * them, where they are still there.
 */
async function learnedFrom<T>(
  config: RunConfig | undefined,
  { watch, ...options }: LearnedFromOptions,
  make: (training: OpenedData) => Promise<T>,
): Promise<OfTraining<T>> {
  if (config === undefined) return { missing: 'where the training images are is not known' };
  const { limit, seed } = config;
  try {
    const learned = await openData(config, {
      ...{ split: 'train', limit, seed, mayHaveChanged: true, skipBad: true, quiet: true },
      ...{ ...options, ...watch },
    });
    return { value: await make(learned) };
  } catch (error) {
    if (error instanceof MetricError) return { missing: error.message };
    if (error instanceof Error && error.name === 'DatasetError') return { missing: error.message };
    throw error;
  }
}

/** Scores images by their distance to the mean training image. */
class MeanImageObserver implements EvaluationObserver {
  private readonly labels: number[] = [];
  private readonly distances: number[] = [];

  constructor(private readonly mean: MeanImage) {}

  see({ records }: EvaluatedBatch): void {
    for (const record of records) {
      this.labels.push(record.label);
      this.distances.push(this.mean.distanceOf(record));
    }
  }

  /** Image AUROC, or why it is not defined. */
  auroc(): OfTraining<number> {
    try {
      return { value: rocAuc(this.labels, this.distances) };
    } catch (error) {
      if (error instanceof MetricError) return { missing: error.message };
      throw error;
    }
  }
}

function orMissing<T>(of: OfTraining<T> | undefined, training: OfTraining<unknown>): OfTraining<T> {
  return of ?? { missing: 'missing' in training ? training.missing : '' };
}

/** Looks at the latent codes of the test images among those of the training images. */
async function interpret(
  seen: CodeObserver | undefined,
  training: OfTraining<ReadTraining>,
  gallery: GalleryObserver | undefined,
  about: { readonly seed: number; readonly about: string | undefined },
  { signal, onEvent }: Watch,
): Promise<{ readonly latent: Latent | undefined; readonly notes: readonly string[] }> {
  if (seen === undefined) {
    return { latent: undefined, notes: ['The detector has no latent codes to be shown.'] };
  }
  const codes = 'value' in training ? training.value.codes : undefined;
  const { latent, neighbours } = await latentOf(seen, codes, about, {
    signal,
    onProgress: (what, done, total) =>
      onEvent?.({ type: 'progress', subject: 'latent codes', task: what, done, total }),
  });
  if (gallery && codes) await showNeighbours(gallery.builder, seen.items, neighbours, codes, signal);
  return {
    latent,
    notes:
      'missing' in training
        ? [`Latent codes of training images are not shown: ${training.missing}.`]
        : codes
          ? reductionNotes(codes)
          : [],
  };
}

function reductionNotes({ codes, of }: TrainingCodes): string[] {
  if (codes.length === of) return [];
  return [
    `Latent codes are compared with those of ${codes.length} of the ${formatCount(of, 'training image')}, chosen by seed.`,
  ];
}

function trainingNotes(config: RunConfig | undefined): string[] {
  if (config === undefined || config.limit === null) return [];
  return [`The detector was trained on a set reduced to at most ${config.limit} images, by seed.`];
}

/** Says where pixels were measured at another size than usual. */
function sizeNotes(size: Size): string[] {
  if (size.join() === METRIC_SIZE.join()) return [];
  return [`Pixels are measured at ${size.join('x')}, not at ${METRIC_SIZE.join('x')}.`];
}

/** Says which pictures were both learned from and tested on. */
function repeatedNotes(test: OpenedData, learned: OpenedData): string[] {
  const same = samePictures(
    { of: test, indices: everyIndex(test.data) },
    { of: learned, indices: everyIndex(learned.data) },
  );
  if (same === undefined) return [];
  const [tested, known] = same.pair;
  return [
    `${formatCount(same.count, 'test image')} ${same.count === 1 ? 'is' : 'are'} byte for byte among the images learned from too, such as ${tested} as ${known}.`,
  ];
}

/** Whether the test images come from where the training images came from. */
function trainedOn(config: RunConfig | undefined, source: DataSource): boolean {
  return config !== undefined && config.dataset === source.dataset && config.root === source.root;
}

/** Says where images without splits may have been trained on and tested on too. */
function overlapNotes(
  config: RunConfig | undefined,
  source: DataSource,
  splits: Splits | undefined,
  opened: OpenedData,
): string[] {
  if (trainedOn(config, source)) {
    if (splits !== undefined || opened.splits === null || opened.splits.made === null) return [];
    return [
      'Images without splits were not divided when the detector was trained, so that good test images may be among those it learned from.',
    ];
  }
  const [ours, theirs] = [source.root, config?.root ?? null];
  if (ours === null || theirs === null || !(contains(ours, theirs) || contains(theirs, ours))) return [];
  return [`The test images in ${ours} may be among those that the detector learned from, in ${theirs}.`];
}

const contains = (folder: string, path: string): boolean => `${path}${sep}`.startsWith(`${folder}${sep}`);
