import * as tf from '@tensorflow/tfjs';
import { type FitSummary, fitThresholds, saveBundle, type Thresholds } from '@utad/detector';
import { folderStore } from '@utad/detector/node';
import type { Vgg19Weights } from '@utad/perceptual';
import type { ChosenBackend } from '@utad/runtime';
import { holdOut, type TrainingEvent } from '@utad/training';
import { TwoStage } from '@utad/two-stage';
import { version } from '../../package.json';
import { startBackend } from '../backend';
import { parseConfig } from '../config/load-config';
import type { Context } from '../context';
import { type OpenedData, openData } from '../data/open-data';
import { InterruptedError, UsageError } from '../errors';
import { weightNotes } from '../run/open-detector';
import type { RunConfig } from '../run/run-config';
import type { RunFolder } from '../run/run-folder';
import { TrainingProgress } from '../terminal/training-progress';
import { newWeights } from '../vgg19';
import { toJson, writeFile } from '../write-file';

/** A run that came to its end. */
export interface TrainedRun {
  readonly folder: RunFolder;
  readonly config: RunConfig;
  readonly backend: ChosenBackend;
  readonly weights: Vgg19Weights;
  readonly history: FitSummary;
  readonly thresholds: Thresholds;
  readonly images: { readonly training: number; readonly heldOut: number };
  readonly notes: readonly string[];
}

export interface RunTrainingOptions {
  /** Whether the folder holds a run to go on with. */
  readonly resume: boolean;
  /** Whether to remove what an earlier run wrote. */
  readonly force: boolean;
  /** What to type to go on after an interruption. */
  readonly resumeCommand: string;
}

/**
 * Trains a detector as its configuration says, into its folder. Whatever can be wrong with data, backend and weights
 * shows before anything is written.
 */
export async function runTraining(
  folder: RunFolder,
  config: RunConfig,
  { resume, force, resumeCommand }: RunTrainingOptions,
  { output, signal }: Context,
): Promise<TrainedRun> {
  const say = (line: string) => output.note(line);
  const detectorConfig = parseConfig(config.config);
  const opened = await openData(config, {
    split: 'train',
    size: detectorConfig.ieNet.inputSize,
    limit: config.limit,
    seed: config.seed,
    skipBad: config.skipBad,
    output,
    signal,
  });
  const { training, heldOut } = split(opened, config.seed);
  signal.throwIfAborted();
  const backend = await startBackend({ backend: config.backend, training: true }, output);
  const weights = await newWeights(config.vgg19, say);
  signal.throwIfAborted();

  if (force) await folder.clear();
  if (!resume) await folder.create(config);
  say(`training on ${training.count} images, ${heldOut.count} held out for thresholds; seed ${config.seed}`);

  const progress = new TrainingProgress(output);
  const onEvent = (event: TrainingEvent) => {
    progress.onEvent(event);
    if (event.type !== 'step' || event.losses !== undefined) folder.appendEvent(event);
  };
  const detector = new TwoStage(detectorConfig, { vgg19: weights, seed: config.seed });
  try {
    const history = await detector.fit(training, {
      seed: config.seed,
      onEvent,
      signal,
      validation: heldOut,
      checkpoint: { store: folderStore(folder.checkpoint), every: config.checkpointEvery, resume },
    });
    const thresholds = await fitThresholds(detector, heldOut);
    signal.throwIfAborted();
    await writeFile(folder.history, toJson(history));
    await saveBundle(folderStore(folder.bundle), detector, {
      thresholds,
      training: {
        dataset: config.dataset,
        category: config.category,
        images: training.count,
        fingerprint: training.fingerprint,
        seed: config.seed,
      },
      versions: { utad: version, '@tensorflow/tfjs': tf.version.tfjs, [backend.name]: backend.version },
    });
    return {
      folder,
      config,
      backend,
      weights,
      history,
      thresholds,
      images: { training: training.count, heldOut: heldOut.count },
      notes: [...opened.notes, ...weightNotes(weights)],
    };
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    throw new InterruptedError(`interrupted, a checkpoint is saved; continue with: ${resumeCommand}`);
  } finally {
    detector.dispose();
  }
}

/** Thresholds want an image that training has not seen, and a batch has two images at least. */
const FEWEST_IMAGES = 3;

function split({ data }: OpenedData, seed: number) {
  if (data.count < FEWEST_IMAGES) {
    throw new UsageError(`training: expected at least ${FEWEST_IMAGES} good images, received ${data.count}`);
  }
  return holdOut(data, { seed });
}
