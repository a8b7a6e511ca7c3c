import type { TrainingEvent } from '@utad/core';
import type { HttpEvent } from '@utad/files';

/** What the functions of this package tell while they work. They never print. */
export type PipelineEvent =
  /**
   * A sentence that a person should read once; results that are returned carry those that matter for their readers.
   * Options are named as in messages of a `PipelineError`.
   */
  | { readonly type: 'note'; readonly message: string }
  /** How far long work is: `done` of `total` images or steps of what `task` names. */
  | {
      readonly type: 'progress';
      /** Such as `images evaluated`. */
      readonly task: string;
      /** What is worked on, where that is not all the same, such as `mvtec / screw`. */
      readonly subject?: string;
      readonly done: number;
      readonly total: number;
      /** Where it can be told. */
      readonly secondsLeft?: number;
    }
  /** What a detector's training tells. */
  | { readonly type: 'training'; readonly event: TrainingEvent }
  /** How the download of something that a detector needs goes, such as pretrained weights. */
  | {
      readonly type: 'download';
      /** For people, such as `VGG-19`. */
      readonly name: string;
      readonly event: HttpEvent;
    };

/** How long work is followed and stopped. */
export interface Watch {
  /** Is told of what happens. */
  readonly onEvent?: ((event: PipelineEvent) => void) | undefined;
  /** When it aborts, work stops soon, leaves nothing half-written behind, and rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}
