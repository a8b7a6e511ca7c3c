import type { Context } from '../context';
import type { RunFolder } from '../run/run-folder';
import { GalleryObserver } from './gallery';
import { CodeObserver } from './latent/code-observer';
import { interpretLatent } from './latent/interpret-latent';
import type { Metrics } from './metrics';
import { fileObservers, type OutputFolders } from './outputs/files';
import { ScoreSheet } from './outputs/scores';
import { writeScores } from './outputs/write-scores';
import { type Evaluated, type EvaluationPlan, runEvaluation } from './run-evaluation';
import { writeResults } from './write-results';

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
 * Measures, and writes what came out; `metrics.json` comes last, so that it tells of a whole evaluation. The detector is
 * disposed of.
 */
export async function evaluateInto(
  plan: EvaluationPlan,
  { out, run, folders = NONE, gallery: most }: EvaluationTarget,
  context: Context,
): Promise<{ readonly evaluated: Evaluated; readonly metrics: Metrics }> {
  const observers: { scores?: ScoreSheet; gallery?: GalleryObserver; codes?: CodeObserver } = {};
  const evaluated = await runEvaluation(plan, context, (opened) => {
    observers.scores = new ScoreSheet(opened);
    if (most !== 0) observers.gallery = new GalleryObserver(opened, most);
    const embed = opened.detector.embed?.bind(opened.detector);
    if (embed) observers.codes = new CodeObserver(embed);
    return [...Object.values(observers), ...fileObservers(folders, opened)];
  });
  try {
    if (observers.scores) await writeScores(observers.scores.scores(), out);
    const { codes, gallery } = observers;
    const { latent, notes } = await interpretLatent(evaluated, codes, gallery?.builder, context);
    const told = { ...evaluated, notes: [...evaluated.notes, ...notes] };
    const metrics = await writeResults(told, out, run, { gallery: gallery?.build(), latent });
    return { evaluated: told, metrics };
  } finally {
    evaluated.detector.dispose();
  }
}

const NONE: OutputFolders = { maps: undefined, overlays: undefined };
