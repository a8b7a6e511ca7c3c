import * as tf from '@tensorflow/tfjs';
import { holdOut } from '@utad/core';
import { augmented } from '@utad/datasets';
import { writeSplits } from '@utad/datasets/node';
import {
  type AnomalyDetector,
  type FitSummary,
  fitThresholds,
  saveBundle,
  type Thresholds,
} from '@utad/detector';
import { folderStore } from '@utad/detector/node';
import type { ChosenBackend } from '@utad/runtime';
import type { TrainingEvent } from '@utad/training';
import { version } from '../../package.json';
import { startBackend } from '../backend';
import type { Context } from '../context';
import { augmentOptions } from '../data/augment';
import { expectPresent } from '../data/expect-present';
import { type OpenedData, openData } from '../data/open-data';
import { checkDetector } from '../detectors/check-detector';
import { InterruptedError, UsageError } from '../errors';
import { kindOf } from '../exists';
import { weightNotes } from '../run/open-detector';
import type { RunConfig } from '../run/run-config';
import type { RunFolder } from '../run/run-folder';
import { TrainingProgress } from '../terminal/training-progress';
import { BUNDLED, newWeights } from '../vgg19';
import { toJson, writeFile } from '../write-file';
import type { Plan } from './plan';

/** A run that came to its end. */
export interface TrainedRun {
  readonly folder: RunFolder;
  readonly config: RunConfig;
  readonly backend: ChosenBackend;
  /** What the detector was made with besides its networks. */
  readonly weights: NonNullable<AnomalyDetector['assets']>;
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
  /** Keep decoded images in the user's cache folder. Default false. */
  readonly cache?: boolean;
}

/**
 * Trains a detector as its configuration says, into its folder. Whatever can be wrong with data, backend and weights
 * shows before anything is written.
 */
export async function runTraining(
  folder: RunFolder,
  { config, detector: known, notes: planned = [] }: Plan,
  { resume, force, resumeCommand, cache = false }: RunTrainingOptions,
  { output, signal }: Context,
): Promise<TrainedRun> {
  const { limit, seed, skipBad } = config;
  const recorded = resume ? await folder.readSplits() : undefined;
  const asked = { split: 'train', seed, splits: recorded, output, signal } as const;
  await expectPresent(config, asked);
  // The detector knows what size it wants; what is said of its making waits until the images turn out to be sound.
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  const backend = await startBackend({ backend: config.backend, training: true }, say);
  const notes: string[] = [];
  const kind = known.connect({
    async vgg19() {
      const weights = await newWeights(config.vgg19 ?? BUNDLED, say);
      notes.push(...weightNotes(weights));
      return weights;
    },
  });
  signal.throwIfAborted();
  const detector = await kind.create(config.config, { seed });
  checkDetector(detector, kind.kind);
  let begun = resume;
  try {
    const size = detector.inputSize;
    const opened = await openData(config, { ...asked, size, limit, skipBad, cache });
    const { training: plain, heldOut } = split(opened, seed);
    const training = augmented(plain, augmentOptions(config.augment, seed));
    signal.throwIfAborted();
    for (const line of [...said, ...planned]) output.note(line);

    if (force) await folder.clear();
    if (resume) await folder.sweep();
    else await folder.create(config);
    if (opened.splits !== null) await writeSplits(folder.splits, opened.splits);
    begun = true;
    output.note(
      `training on ${training.count} images, ${heldOut.count} held out for thresholds; seed ${seed}`,
    );
    const progress = new TrainingProgress(output);
    const onEvent = (event: TrainingEvent) => {
      progress.onEvent(event);
      if (event.type !== 'step' || event.losses !== undefined) folder.appendEvent(event);
    };
    const history = await detector.fit(training, {
      seed,
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
        seed,
      },
      versions: { utad: version, '@tensorflow/tfjs': tf.version.tfjs, [backend.name]: backend.version },
    });
    return {
      folder,
      config,
      backend,
      weights: detector.assets ?? {},
      history,
      thresholds,
      images: { training: training.count, heldOut: heldOut.count },
      notes: [...opened.notes, ...planned, ...notes],
    };
  } catch (error) {
    if (!(error instanceof InterruptedError && begun)) throw error;
    // Not every detector saves checkpoints.
    const saved = (await kindOf(folder.checkpoint)) === undefined ? '' : ', a checkpoint is saved';
    throw new InterruptedError(`interrupted${saved}; continue with: ${resumeCommand}`);
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
