import { type FetchEvent, vgg19Sources } from '@utad/perceptual/load';
import { type DownloadedVgg19, type DownloadVgg19Options, downloadVgg19Weights } from '@utad/perceptual/node';
import type { Context } from '../context';
import { UsageError } from '../errors';
import { weightsFolder } from './folder';

type Options = Pick<DownloadVgg19Options, 'force' | 'repin' | 'preprocessing' | 'retries' | 'patience'>;

/** Weights from the user's cache, else from a known source or a URL into it; the terminal sees how it goes. */
export async function download(
  source: string,
  { output, signal }: Pick<Context, 'output' | 'signal'>,
  options: Options = {},
): Promise<DownloadedVgg19> {
  const onEvent = (event: FetchEvent) => {
    switch (event.type) {
      case 'progress':
        output.status(
          `VGG-19: ${megabytes(event.bytes)} of ${megabytes(event.totalBytes)} MB of ${event.url}`,
        );
        return;
      case 'resume':
        output.note(
          `VGG-19: ${megabytes(event.bytes)} of ${megabytes(event.totalBytes)} MB are there already`,
        );
        return;
      case 'retry':
        output.note(`${event.reason}; again in ${event.seconds} s`);
        return;
      case 'restart':
        output.note(`${event.reason}; from the beginning`);
        return;
    }
  };
  try {
    return await downloadVgg19Weights(source, { folder: weightsFolder(), signal, onEvent, ...options });
  } catch (error) {
    // The only thing that it takes and that can be wrong in itself is the source.
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  } finally {
    output.clearStatus();
  }
}

/** Whether a text names weights on a server rather than on the disk. */
export function isSource(text: string): boolean {
  return /^https?:\/\//i.test(text) || vgg19Sources.some(({ id }) => id === text);
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
