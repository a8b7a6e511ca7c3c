import type { CheckpointOptions, Dataset, StageHistory, TrainingEvent } from '@utad/core';
import {
  CheckpointError,
  checkIdentity,
  loadCheckpoint,
  type Progress,
  restoreWeights,
  saveCheckpoint,
  weightsOf,
} from './checkpoint';
import type { GroupedStage, Stage } from './stage';
import { StageRun, type StageTraining } from './stage-run';

/** A stage and how it is to be trained. */
export interface ConfiguredStage {
  /** What is trained. */
  readonly stage: Stage | GroupedStage;
  /** How it is trained. */
  readonly training: StageTraining;
}

/** How {@link trainStages} runs. */
export interface TrainingOptions {
  /** Fixes data order and noise. Default 0. */
  readonly seed?: number;
  /** Is told of steps, epochs and stages as they happen. */
  readonly onEvent?: (event: TrainingEvent) => void;
  /** When it aborts, training stops after the step in hand, saves a checkpoint and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Default: none are written. */
  readonly checkpoint?: CheckpointOptions;
  /** Images on which losses are measured after each epoch, without learning from them. */
  readonly validation?: Dataset;
  /** What makes two runs the same run, besides data and seed: the configuration, as text. Default ''. */
  readonly configuration?: string;
}

/**
 * Trains stages one after the other; a later one may use what an earlier one has learnt.
 *
 * A run that was interrupted and resumed takes the same steps as one run through: order and noise depend on seed,
 * epoch and step alone, and a checkpoint holds the optimiser's own moments.
 *
 * @returns Mean losses of every epoch of every stage.
 * @throws CheckpointError when the checkpoint to resume from belongs to another run, or one can't be written.
 * @throws DivergedError when a loss is no longer a number, or it or the weights grow beyond reason.
 * @throws RangeError when there are too few images, or none to validate on where a stage needs them.
 */
export async function trainStages(
  stages: readonly ConfiguredStage[],
  data: Dataset,
  options: TrainingOptions = {},
): Promise<StageHistory[]> {
  const { seed = 0, checkpoint, signal, configuration = '' } = options;
  const identity = JSON.stringify({ configuration, data: data.fingerprint, seed });
  const definitions = stages.map(({ stage }) => stage);
  const finished: StageHistory[] = [];

  const saved = checkpoint?.resume === true ? await loadCheckpoint(checkpoint.store) : undefined;
  let last = saved && placeOf(saved.progress);
  const save = async (stage: string, position: Position, run?: StageRun) => {
    if (checkpoint === undefined) return;
    const progress = { identity, finished, ...position };
    const tensors = new Map([...weightsOf(definitions), ...(run?.tensors() ?? [])]);
    try {
      await saveCheckpoint(checkpoint.store, { progress, tensors });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `checkpoint: could not write that of ${placeOf(progress)}: ${reason}; ${last === undefined ? 'there is no earlier one' : `that of ${last} is kept`}`;
      throw new CheckpointError('not-written', message, { cause });
    }
    last = placeOf(progress);
    options.onEvent?.({ type: 'checkpoint', stage, step: position.step });
  };

  try {
    if (saved !== undefined) {
      checkIdentity(saved.progress, identity);
      restoreWeights(definitions, saved.tensors);
      finished.push(...saved.progress.finished);
    }
    for (const { stage, training } of stages.slice(finished.length)) {
      const run = new StageRun(stage, training, data, {
        seed,
        ...(options.validation && { validation: options.validation }),
        ...(options.onEvent && { onEvent: options.onEvent }),
      });
      try {
        await run.start(saved?.progress.current.stage === stage.name ? saved : undefined);
        while (!run.complete) {
          if (signal?.aborted === true) {
            await save(stage.name, await run.position(), run);
            throw signal.reason;
          }
          await run.nextStep();
          if (run.steps % (checkpoint?.every ?? 100) === 0) await save(stage.name, await run.position(), run);
        }
        finished.push(run.finish());
      } finally {
        await run.close();
      }
      await save(stage.name, BETWEEN_STAGES);
    }
  } finally {
    for (const tensor of saved?.tensors.values() ?? []) tensor.dispose();
  }
  return finished;
}

type Position = Pick<Progress, 'step' | 'current' | 'partialEpoch' | 'start'>;

const BETWEEN_STAGES: Position = {
  step: 0,
  current: { stage: '', epochs: [] },
  partialEpoch: { steps: 0, seconds: 0, sums: {} },
  start: { weightNorm: 0 },
};

function placeOf({ step, current, finished }: Progress): string {
  return current.stage === '' ? `the end of ${finished.at(-1)?.stage}` : `${current.stage}, step ${step}`;
}
