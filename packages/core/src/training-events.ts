import type { FileStore } from './file-store';

/** Loss terms by name, and their weighted sum under `total`. */
export type Losses = Readonly<Record<string, number>>;

/** What a training run tells while it goes on. */
export type TrainingEvent =
  /** A stage begins; `from` is the step it continues from, 0 for a fresh one. */
  | {
      readonly type: 'stage';
      readonly stage: string;
      readonly epochs: number;
      readonly stepsPerEpoch: number;
      readonly from: number;
    }
  /** A step was taken. `step` counts from 1 through the whole stage; losses are read back on logged steps only. */
  | {
      readonly type: 'step';
      readonly stage: string;
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      readonly losses?: Losses;
    }
  /** An epoch ended. `losses` are means over its steps, `validation` over the held-out images. */
  | {
      readonly type: 'epoch';
      readonly stage: string;
      readonly epoch: number;
      readonly epochs: number;
      readonly losses: Losses;
      readonly validation?: Losses;
      readonly seconds: number;
      /** Tensors of the whole engine at the end of the epoch, and the bytes they hold. */
      readonly memory: { readonly tensors: number; readonly bytes: number };
    }
  /** Something that does not stop training and should be looked at. */
  | { readonly type: 'warning'; readonly stage: string; readonly epoch: number; readonly message: string }
  /** A stage ended after `epochs` epochs, perhaps early, with the weights it had after epoch `kept`. */
  | {
      readonly type: 'stage-end';
      readonly stage: string;
      readonly epochs: number;
      readonly stoppedEarly: boolean;
      readonly kept: number;
    }
  | { readonly type: 'checkpoint'; readonly stage: string; readonly step: number };

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

/** Where a run keeps its checkpoints. */
export interface CheckpointOptions {
  /** Holds one checkpoint, the last. */
  readonly store: FileStore;
  /** Steps between checkpoints. Default 100. */
  readonly every?: number;
  /** Continue from what the store holds, if it holds anything. Default false: start afresh. */
  readonly resume?: boolean;
}
