import * as tf from '@tensorflow/tfjs';
import type { FileStore } from '@utad/core';
import type { Losses } from './events';
import type { StartingPoint } from './explosion-guard';

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

/** Mean losses of each epoch of one stage. */
export interface StageHistory {
  /** Its name. */
  readonly stage: string;
  /** First to last: mean losses, those on validation images where there were any, and seconds. */
  readonly epochs: readonly {
    readonly losses: Losses;
    readonly validation?: Losses;
    readonly seconds: number;
  }[];
  /** The epoch, counted from 1, whose weights the stage ended with; absent until it has ended. */
  readonly kept?: number;
}

/** Everything that a run needs to go on as if it had never stopped. */
export interface Checkpoint {
  /** Where the run stands. */
  readonly progress: Progress;
  /** Weights and optimiser state by name. The reader of a loaded checkpoint disposes of them. */
  readonly tensors: ReadonlyMap<string, tf.Tensor>;
}

/** A checkpoint that can't be continued from. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
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
    throw new CheckpointError(`checkpoint: expected format ${FORMAT} in ${PROGRESS_FILE}, received another`);
  }
  const bytes = await store.read(TENSORS_FILE);
  const expected = head.specs.reduce((sum, { shape }) => sum + 4 * tf.util.sizeFromShape(shape), 0);
  if (bytes.length !== expected) {
    throw new CheckpointError(
      `checkpoint: expected ${expected} bytes in ${TENSORS_FILE}, received ${bytes.length}`,
    );
  }
  const tensors = tf.io.decodeWeights(bytes.slice().buffer, head.specs);
  return { progress: head.progress, tensors: new Map(Object.entries(tensors)) };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new CheckpointError(`checkpoint: expected JSON in ${PROGRESS_FILE}, received something else`);
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
