import type { Context } from '../context';
import type { RunFolder } from '../run/run-folder';
import { stageFiles } from '../write-file';
import { GalleryObserver } from './gallery';
import { CodeObserver } from './latent/code-observer';
import { interpretLatent } from './latent/interpret-latent';
import type { Metrics } from './metrics';
import { fileObservers, type OutputFolders } from './outputs/files';
import { scoreFiles } from './outputs/score-files';
import { ScoreSheet } from './outputs/scores';
import { StagedFolders } from './outputs/staged-folders';
import { resultFiles } from './result-files';
import { type Evaluated, type EvaluationPlan, runEvaluation } from './run-evaluation';

/** Where results go. */
export interface EvaluationTarget {
  /** Folder for metrics, scores and report. */
  readonly out: string;
  /** The run that is evaluated, where it is one: its losses come into the report. */
  readonly run: RunFolder | undefined;
  readonly folders?: OutputFolders;
  /** How many images the report shows at most; 0 leaves them out. Default: as many as a `GalleryBuilder` takes. */
  readonly gallery?: number | undefined;
}

/**
 * Measures, and writes what came out; `metrics.json` comes last, so that it tells of a whole evaluation. Where that fails or is
 * interrupted, nothing is written, and what an earlier one wrote is as it was. The detector is disposed of.
 */
export async function evaluateInto(
  plan: EvaluationPlan,
  { out, run, folders = NONE, gallery: most }: EvaluationTarget,
  context: Context,
): Promise<{ readonly evaluated: Evaluated; readonly metrics: Metrics }> {
  const { output, signal } = context;
  const staged = new StagedFolders(folders);
  try {
    const observers: { scores?: ScoreSheet; gallery?: GalleryObserver; codes?: CodeObserver } = {};
    const evaluated = await runEvaluation(plan, context, (opened) => {
      observers.scores = new ScoreSheet(opened);
      if (most !== 0) {
        observers.gallery = new GalleryObserver(opened, most, {
          signal,
          onProgress: (done, total) => output.status(`scales of the maps  ${done}/${total} images`),
        });
      }
      const embed = opened.detector.embed?.bind(opened.detector);
      if (embed) observers.codes = new CodeObserver(embed);
      return [...Object.values(observers), ...fileObservers(staged.folders, opened)];
    });
    try {
      const { codes, gallery, scores } = observers;
      const { latent, notes } = await interpretLatent(evaluated, codes, gallery?.builder, context);
      const told = { ...evaluated, notes: [...evaluated.notes, ...notes] };
      const results = await resultFiles(told, out, run, { gallery: gallery?.build(), latent });
      const files = await stageFiles([...(scores ? scoreFiles(scores.scores(), out) : []), ...results.files]);
      try {
        signal.throwIfAborted();
        await staged.commit();
        await files.commit();
      } finally {
        await files.discard();
      }
      return { evaluated: told, metrics: results.metrics };
    } finally {
      evaluated.detector.dispose();
    }
  } finally {
    staged.discard();
  }
}

const NONE: OutputFolders = { maps: undefined, overlays: undefined };
