import type { FetchEvent } from '@utad/datasets/node';
import type { Output } from '../terminal/output';

/** Says on the terminal what happens while a data set is fetched: the licence first. */
export function reporter(output: Output): (event: FetchEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'licence':
        output.note(`${event.title}: ${event.licence.name}, ${event.licence.url}`);
        output.note(`to be cited as: ${event.citation}`);
        return;
      case 'progress':
        output.status(`${event.file}: ${amount(event.bytes, event.totalBytes)}`);
        return;
      case 'resume':
        output.note(`${event.file}: ${amount(event.bytes, event.totalBytes)} are there already`);
        return;
      case 'retry':
        output.note(`${event.reason}; again in ${event.seconds} s`);
        return;
      case 'restart':
        output.note(`${event.reason}; from the beginning`);
        return;
      case 'verified':
        output.note(`${event.file}: ${event.bytes} bytes, sha256 ${event.sha256}, ${AGAINST[event.against]}`);
        return;
      case 'extract':
        output.status(`${event.file}: ${event.files} files unpacked`);
        return;
    }
  };
}

const AGAINST = {
  citation: 'as cited',
  pin: 'as the first time',
  nothing: 'nothing to compare with: later downloads are compared with it',
} as const;

function amount(bytes: number, total: number | null): string {
  const megabytes = (value: number) => (value / 1e6).toFixed(1);
  return `${megabytes(bytes)}${total === null ? '' : ` of ${megabytes(total)}`} MB`;
}
