import { sep } from 'node:path';
import type { Dataset, Size } from '@utad/core';
import type { Splits } from '@utad/datasets/node';
import {
  type AnomalyDetector,
  type BundleManifest,
  type Evaluation,
  evaluate,
  meanImageAuroc,
  readBundle,
} from '@utad/detector';
import { folderStore } from '@utad/detector/node';
import type { ChosenBackend } from '@utad/runtime';
import type { Context } from '../context';
import { type OpenedData, openData } from '../data/open-data';
import { type DataSource, nameOf } from '../data/source';
import { checkVgg19Option, findDetectorOf } from '../detectors/find-detector';
import { openDetector } from '../run/open-detector';
import type { RunConfig } from '../run/run-config';
import { formatSeconds } from '../terminal/format';
import type { ObserverMaker } from './observer';
import { fromTraining } from './training-images';

/** What to evaluate, and on what. */
export interface EvaluationPlan {
  /** The bundle's folder. */
  readonly bundle: string;
  /** `--detector`, which brings the kind of the bundle where it is not built in. */
  readonly detector: string | undefined;
  /** The configuration of the run that made it, where it is known. */
  readonly run: RunConfig | undefined;
  readonly source: DataSource;
  /** How the images were divided that it was trained on, where they came without splits. */
  readonly splits?: Splits | undefined;
  readonly limit: number | null;
  readonly skipBad: boolean;
  /** Keep decoded images in the user's cache folder. Default false. */
  readonly cache?: boolean;
  /** VGG-19 weights from the command line. */
  readonly vgg19: string | undefined;
}

/** A test set measured. The detector is still open for pictures; the caller disposes of it. */
export interface Evaluated {
  readonly plan: EvaluationPlan;
  readonly detector: AnomalyDetector;
  readonly manifest: BundleManifest;
  readonly test: Dataset;
  /** By which images were drawn, or chosen under a limit. */
  readonly testSeed: number;
  readonly evaluation: Evaluation;
  /** Image AUROC of the distance to the mean training image; null where it can't be had. */
  readonly meanImageAuroc: number | null;
  readonly backend: ChosenBackend;
  readonly notes: readonly string[];
}

/**
 * Opens a bundle and a test set, and measures how well the one does on the other.
 *
 * @param observersFor makes those who see every batch on its way, in this order.
 */
export async function runEvaluation(
  plan: EvaluationPlan,
  context: Context,
  observersFor: ObserverMaker = () => [],
): Promise<Evaluated> {
  const { output, signal, seed = plan.run?.seed ?? 0 } = context;
  const bundle = await readBundle(folderStore(plan.bundle));
  const { manifest } = bundle;
  const known = await findDetectorOf(manifest.kind, plan.detector);
  checkVgg19Option(known, plan.vgg19);
  const size = manifest.inputSize;
  const { limit, skipBad, splits, cache = false } = plan;
  const elsewhere = !trainedOn(plan);
  const opened = await openData(plan.source, {
    ...{ split: 'test', size, limit, seed, skipBad, cache, output, signal },
    ...(elsewhere ? { whole: true } : { splits, mayHaveChanged: true }),
  });
  signal.throwIfAborted();
  const sources = { option: plan.vgg19, remembered: plan.run?.vgg19 ?? null };
  const { detector, backend, notes } = await openDetector(bundle, known, sources, context);
  try {
    const began = performance.now();
    const observers = observersFor({
      plan,
      detector,
      manifest,
      test: opened.data,
      fileSizeOf: opened.fileSizeOf,
    });
    const evaluation = await evaluate(detector, opened.data, {
      thresholds: manifest.thresholds,
      parts: observers.some(({ wantsParts = false }) => wantsParts),
      onBatch: async (batch, prediction, items) => {
        for (const observer of observers) await observer.see(batch, prediction, items);
      },
      signal,
      onProgress: (done, total) => {
        const left = formatSeconds(((performance.now() - began) / 1000 / done) * (total - done));
        output.status(`${nameOf(plan.source)}  ${done}/${total} images evaluated  ${left} left`);
      },
    });
    const plain = await plainestScore(plan, opened.data, size, context);
    return {
      plan,
      detector,
      manifest,
      test: opened.data,
      testSeed: seed,
      evaluation,
      meanImageAuroc: plain.auroc,
      backend,
      notes: [
        ...trainingNotes(plan),
        ...overlapNotes(plan, opened),
        ...opened.notes,
        ...notes,
        ...evaluation.notes,
        ...plain.notes,
      ],
    };
  } catch (error) {
    detector.dispose();
    throw error;
  }
}

function trainingNotes({ run }: EvaluationPlan): string[] {
  if (run === undefined || run.limit === null) return [];
  return [`The detector was trained on a set reduced to at most ${run.limit} images, by seed.`];
}

/** Whether the test images come from where the training images came from. */
function trainedOn({ run, source }: EvaluationPlan): boolean {
  return run !== undefined && run.dataset === source.dataset && run.root === source.root;
}

/** Says where images without splits may have been trained on and tested on too. */
function overlapNotes(plan: EvaluationPlan, opened: OpenedData): string[] {
  const { run, source, splits } = plan;
  if (trainedOn(plan)) {
    if (splits !== undefined || opened.splits === null || opened.splits.made === null) return [];
    return [
      'Images without splits were not divided when the detector was trained, so that good test images may be among those it learned from.',
    ];
  }
  const [ours, theirs] = [source.root, run?.root ?? null];
  if (ours === null || theirs === null || !(contains(ours, theirs) || contains(theirs, ours))) return [];
  return [`The test images in ${ours} may be among those that the detector learned from, in ${theirs}.`];
}

const contains = (folder: string, path: string): boolean => `${path}${sep}`.startsWith(`${folder}${sep}`);

/** How well the distance to the mean training image does, where the training images are still there. */
async function plainestScore(
  plan: EvaluationPlan,
  test: Dataset,
  size: Size,
  context: Context,
): Promise<{ auroc: number | null; notes: readonly string[] }> {
  const auroc = await fromTraining(plan, size, context, (training) => meanImageAuroc(training, test));
  if ('value' in auroc) return { auroc: auroc.value, notes: [] };
  return {
    auroc: null,
    notes: [`The distance to the mean training image is not measured: ${auroc.missing}.`],
  };
}
