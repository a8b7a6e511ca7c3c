import { loadCheckpoint, type Progress, type StageHistory, saveCheckpoint } from './checkpoint';
import type { TrainingData } from './data';
import type { TrainingEvent } from './events';
import { checkIdentity, restoreWeights, weightsOf } from './resume';
import type { Stage } from './stage';
import { StageRun, type StageTraining } from './stage-run';
import type { FileStore } from './store';

/** A stage and how it is to be trained. */
export interface StagePlan {
  readonly stage: Stage;
  readonly training: StageTraining;
}

export interface CheckpointOptions {
  readonly store: FileStore;
  /** Steps between checkpoints. Default 100. */
  readonly every?: number;
  /** Continue from what the store holds, if it holds anything. Default false: start afresh. */
  readonly resume?: boolean;
}

export interface TrainingOptions {
  /** Fixes data order and noise. Default 0. */
  readonly seed?: number;
  readonly onEvent?: (event: TrainingEvent) => void;
  /** When it aborts, training stops after the step in hand, saves a checkpoint and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly checkpoint?: CheckpointOptions;
  /** Images on which losses are measured after each epoch, without learning from them. */
  readonly validation?: TrainingData;
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
 * @throws CheckpointError when the checkpoint to resume from belongs to another run.
 * @throws DivergedError when a loss term is no longer a finite number.
 */
export async function trainStages(
  plans: readonly StagePlan[],
  data: TrainingData,
  options: TrainingOptions = {},
): Promise<StageHistory[]> {
  const { seed = 0, checkpoint, signal, configuration = '' } = options;
  const identity = JSON.stringify({ configuration, data: data.fingerprint, seed });
  const stages = plans.map(({ stage }) => stage);
  const finished: StageHistory[] = [];

  const save = async (stage: string, position: Position, run?: StageRun) => {
    if (checkpoint === undefined) return;
    const tensors = new Map([...weightsOf(stages), ...(run?.optimizerState() ?? [])]);
    await saveCheckpoint(checkpoint.store, { progress: { identity, finished, ...position }, tensors });
    options.onEvent?.({ type: 'checkpoint', stage, step: position.step });
  };

  const saved = checkpoint?.resume === true ? await loadCheckpoint(checkpoint.store) : undefined;
  try {
    if (saved !== undefined) {
      checkIdentity(saved.progress, identity);
      restoreWeights(stages, saved.tensors);
      finished.push(...saved.progress.finished);
    }
    for (const { stage, training } of plans.slice(finished.length)) {
      const run = new StageRun(stage, training, data, {
        seed,
        ...(options.validation && { validation: options.validation }),
        ...(options.onEvent && { onEvent: options.onEvent }),
      });
      try {
        if (saved?.progress.current.stage === stage.name) run.resume(saved);
        run.announce();
        while (!run.complete) {
          if (signal?.aborted === true) {
            await save(stage.name, await run.position(), run);
            throw signal.reason;
          }
          await run.nextStep();
          if (run.steps % (checkpoint?.every ?? 100) === 0) await save(stage.name, await run.position(), run);
        }
        finished.push(run.history());
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

type Position = Pick<Progress, 'step' | 'current' | 'partialEpoch'>;

const BETWEEN_STAGES: Position = {
  step: 0,
  current: { stage: '', epochs: [] },
  partialEpoch: { steps: 0, seconds: 0, sums: {} },
};
