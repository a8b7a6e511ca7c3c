import type { PipelineEvent } from '@utad/pipeline';
import { withFlags } from '../errors';
import { formatSeconds } from './format';
import type { Output } from './output';
import { TrainingProgress } from './training-progress';

type Download = Extract<PipelineEvent, { type: 'download' }>;

/** Where nobody watches, a line tells how far work is after so many seconds, and again each time. */
const LINE_SECONDS = 15;

/** Tells on the terminal what the pipeline does: sentences that stay, and one line that changes. */
export class EventReporter {
  private readonly training: TrainingProgress;
  private toldAt: number;

  constructor(
    private readonly output: Output,
    private readonly now: () => number = () => performance.now() / 1000,
  ) {
    this.toldAt = now();
    this.training = new TrainingProgress(output);
  }

  readonly onEvent = (event: PipelineEvent): void => {
    switch (event.type) {
      case 'note':
        this.output.note(withFlags(event.message));
        return;
      case 'progress': {
        const { subject, task, done, total, secondsLeft } = event;
        const left = secondsLeft === undefined ? '' : `  ${formatSeconds(secondsLeft)} left`;
        this.tellProgress(`${subject === undefined ? '' : `${subject}  `}${done}/${total} ${task}${left}`);
        return;
      }
      case 'training':
        this.training.onEvent(event.event);
        return;
      case 'download':
        this.tellDownload(event);
        return;
    }
  };

  /** A line that changes on a terminal, a line now and then elsewhere. */
  private tellProgress(line: string): void {
    if (this.output.interactive) this.output.status(line);
    else if (this.now() - this.toldAt >= LINE_SECONDS) {
      this.toldAt = this.now();
      this.output.note(line);
    }
  }

  private tellDownload({ name, event }: Download): void {
    switch (event.type) {
      case 'progress':
        this.tellProgress(
          `${name}: ${megabytes(event.bytes)} of ${megabytes(event.totalBytes ?? 0)} MB of ${event.url}`,
        );
        return;
      case 'resume':
        this.output.note(
          `${name}: ${megabytes(event.bytes)} of ${megabytes(event.totalBytes ?? 0)} MB are there already`,
        );
        return;
      case 'retry':
        this.output.note(`${event.reason}; again in ${event.seconds} s`);
        return;
      case 'restart':
        this.output.note(`${event.reason}; from the beginning`);
        return;
    }
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
