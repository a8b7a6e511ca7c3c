import * as tf from '@tensorflow/tfjs';
import type { FileStore, Losses, StageHistory } from '@utad/core';
import { type GroupedStage, type Stage, stageWeights } from './stage';

/** Where a run stands, besides its tensors. */
export interface Progress {
  /** Equal in a run and its continuation: what is trained, on what, and how. */
  readonly identity: string;
  /** Stages that are complete, first to last. */
  readonly finished: readonly StageHistory[];
  /** Of the stage in hand: steps taken, epochs complete, losses of the epoch in hand. */
  readonly step: number;
  /** Of the stage in hand: its name, and the epochs complete. */
  readonly current: StageHistory;
  /** Of the epoch in hand: steps, seconds, and the sums of losses over those steps. */
  readonly partialEpoch: { readonly steps: number; readonly seconds: number; readonly sums: Losses };
  /** What the stage in hand began with. */
  readonly start: StartingPoint;
}

/** Where a stage began: what explosion is measured against. */
export interface StartingPoint {
  /** Total loss of the first step; absent until it was read. */
  readonly loss?: number;
  /** Euclidean norm of all trainable weights before the first step. */
  readonly weightNorm: number;
}

/** Everything that a run needs to go on as if it had never stopped. */
export interface Checkpoint {
  /** Where the run stands. */
  readonly progress: Progress;
  /** Weights and optimiser state by name. The reader of a loaded checkpoint disposes of them. */
  readonly tensors: ReadonlyMap<string, tf.Tensor>;
}

/** Why a checkpoint is of no use; see {@link CheckpointError}. */
export type CheckpointErrorCode =
  /** It was written by another version of the format. */
  | 'format'
  /** What it holds is not what its own head says. */
  | 'damaged'
  /** It is of another configuration, seed or dataset. */
  | 'other-run'
  /** A weight or moment is missing or has another shape. */
  | 'weights'
  /** The store did not take it. */
  | 'not-written';

/** A checkpoint that can't be written, or not be continued from. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';

  constructor(
    /** Why, for code to branch on. */
    readonly code: CheckpointErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const PROGRESS_FILE = 'progress.json';
const TENSORS_FILE = 'tensors.bin';
const FORMAT = 2;

/**
 * Writes a checkpoint in place of the last one, all of it or nothing.
 *
 * @param checkpoint Its tensors are float32, and stay the caller's.
 */
export async function saveCheckpoint(store: FileStore, { progress, tensors }: Checkpoint): Promise<void> {
  const named = [...tensors].map(([name, tensor]) => ({ name, tensor }));
  const { data, specs } = await tf.io.encodeWeights(named);
  const head = JSON.stringify({ format: FORMAT, progress, specs });
  await store.replace(
    new Map([
      [PROGRESS_FILE, new TextEncoder().encode(head)],
      [TENSORS_FILE, new Uint8Array(data)],
    ]),
  );
}

/**
 * Reads the checkpoint in a store; undefined when it holds none.
 *
 * @throws CheckpointError when it was written by another version of the format, or is not one.
 */
export async function loadCheckpoint(store: FileStore): Promise<Checkpoint | undefined> {
  const files = await store.list();
  if (!files.includes(PROGRESS_FILE)) return undefined;
  const head = parse(await store.read(PROGRESS_FILE));
  if (!isHead(head)) {
    const message = `checkpoint: expected format ${FORMAT} in ${PROGRESS_FILE}, received another`;
    throw new CheckpointError('format', message);
  }
  const bytes = await store.read(TENSORS_FILE);
  const expected = head.specs.reduce((sum, { shape }) => sum + 4 * tf.util.sizeFromShape(shape), 0);
  if (bytes.length !== expected) {
    const message = `checkpoint: expected ${expected} bytes in ${TENSORS_FILE}, received ${bytes.length}`;
    throw new CheckpointError('damaged', message);
  }
  const tensors = tf.io.decodeWeights(bytes.slice().buffer, head.specs);
  return { progress: head.progress, tensors: new Map(Object.entries(tensors)) };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    const message = `checkpoint: expected JSON in ${PROGRESS_FILE}, received something else`;
    throw new CheckpointError('damaged', message);
  }
}

interface Head {
  format: number;
  progress: Progress;
  specs: tf.io.WeightsManifestEntry[];
}

function isHead(value: unknown): value is Head {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === FORMAT &&
    'progress' in value &&
    'specs' in value
  );
}

/** The weights of all stages under the names that {@link restoreWeights} looks for. */
export function weightsOf(stages: readonly (Stage | GroupedStage)[]): Map<string, tf.Tensor> {
  return new Map(
    stages.flatMap((stage) =>
      [...stageWeights(stage)].map(([name, value]): [string, tf.Tensor] => [`${stage.name}/${name}`, value]),
    ),
  );
}

/** @throws CheckpointError when a weight is missing or has another shape. */
export function restoreWeights(
  stages: readonly (Stage | GroupedStage)[],
  tensors: ReadonlyMap<string, tf.Tensor>,
): void {
  for (const stage of stages) {
    for (const [name, variable] of stageWeights(stage)) {
      const saved = tensors.get(`${stage.name}/${name}`);
      if (saved === undefined || saved.shape.join() !== variable.shape.join()) {
        const message = `checkpoint: expected ${stage.name}/${name} of shape [${variable.shape}], received ${saved ? `[${saved.shape}]` : 'none'}`;
        throw new CheckpointError('weights', message);
      }
      variable.assign(saved);
    }
  }
}

/** @throws CheckpointError when the checkpoint is that of another run. */
export function checkIdentity(progress: Progress, identity: string): void {
  if (progress.identity !== identity) {
    const message =
      'checkpoint: expected one of a run with this configuration, seed and data, received that of another run';
    throw new CheckpointError('other-run', message);
  }
}
