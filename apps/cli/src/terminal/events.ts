import type { PipelineEvent } from '@utad/pipeline';
import { withFlags } from '../errors';
import { formatSeconds } from './format';
import type { Output } from './output';
import { TrainingProgress } from './training-progress';

type Download = Extract<PipelineEvent, { type: 'download' }>;

/** Tells on the terminal what the pipeline does: sentences that stay, and one line that changes. */
export class EventReporter {
  private readonly training: TrainingProgress;

  constructor(private readonly output: Output) {
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
        this.output.status(`${subject === undefined ? '' : `${subject}  `}${done}/${total} ${task}${left}`);
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

  private tellDownload({ name, event }: Download): void {
    switch (event.type) {
      case 'progress':
        this.output.status(
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
