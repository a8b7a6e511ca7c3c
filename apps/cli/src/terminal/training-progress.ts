import type { TrainingEvent } from '@utad/core';
import { formatCount, formatLosses, formatSeconds } from './format';
import type { Output } from './output';

/** Where nobody watches, a stage takes at most about so many lines. */
const LINES_PER_STAGE = 30;

/** Tells the course of a training run: one line that changes on a terminal, a line for some epochs elsewhere. */
export class TrainingProgress {
  private began = 0;
  private from = 0;
  private losses = '';

  constructor(
    private readonly output: Output,
    private readonly now: () => number = () => performance.now() / 1000,
  ) {}

  readonly onEvent = (event: TrainingEvent): void => {
    switch (event.type) {
      case 'stage': {
        this.began = this.now();
        this.from = event.from;
        this.losses = '';
        const start = event.from > 0 ? `, resumed after step ${event.from}` : '';
        this.output.note(
          `${event.stage}: ${formatCount(event.epochs, 'epoch')} of ${formatCount(event.stepsPerEpoch, 'step')}${start}`,
        );
        return;
      }
      case 'step': {
        if (event.losses !== undefined) this.losses = `  ${formatLosses(event.losses)}`;
        const left = formatSeconds(this.secondsLeft(event.step, event.steps));
        this.output.status(
          `${event.stage}  epoch ${event.epoch}  step ${event.step}/${event.steps}  ${left} left${this.losses}`,
        );
        return;
      }
      case 'epoch': {
        const { epoch, epochs } = event;
        if (this.output.interactive ? epoch === epochs : isReported(epoch, epochs)) {
          const heldOut = event.validation ? `; held out: ${formatLosses(event.validation)}` : '';
          const memory = epoch === epochs ? `; tensors hold ${Math.ceil(event.memory.bytes / 1e6)} MB` : '';
          this.output.note(
            `${event.stage} epoch ${epoch}/${epochs}, ${formatSeconds(event.seconds)}: ${formatLosses(event.losses)}${heldOut}${memory}`,
          );
        }
        return;
      }
      case 'warning':
        this.output.note(`warning: ${event.message}`);
        return;
      case 'stage-end': {
        const { stage, epochs, stoppedEarly, kept } = event;
        const end = stoppedEarly
          ? `stopped after ${formatCount(epochs, 'epoch')}, no longer improving`
          : 'ended';
        if (stoppedEarly || kept !== epochs) {
          this.output.note(`${stage} ${end}; the weights of epoch ${kept} are kept`);
        }
        return;
      }
      case 'checkpoint':
        return;
    }
  };

  /** Of the stage, at the pace of its steps in this process. */
  private secondsLeft(step: number, steps: number): number {
    const taken = Math.max(1, step - this.from);
    return ((this.now() - this.began) / taken) * (steps - step);
  }
}

/** The first, the last, and enough between them. */
export function isReported(epoch: number, epochs: number): boolean {
  const every = Math.ceil(epochs / LINES_PER_STAGE);
  return epoch === 1 || epoch === epochs || epoch % every === 0;
}
