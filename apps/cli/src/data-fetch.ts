import { join } from 'node:path';
import { KNOWN_DATASETS, type KnownDataset } from '@utad/datasets';
import {
  type FetchDatasetOptions,
  type FetchEvent,
  type FetchedDataset,
  fetchDataset,
} from '@utad/datasets/node';
import { userCacheFolder } from '@utad/files/node';
import type { Context } from './context';
import { PartlyFailedError, UsageError } from './errors';
import { formatSeconds } from './terminal/format';
import type { Output } from './terminal/output';

export interface DataFetchOptions {
  readonly out: string;
  readonly acceptLicense?: boolean;
  readonly category?: readonly string[];
  readonly from?: readonly string[];
  readonly repin?: boolean;
}

/** `utad data fetch` */
export async function dataFetch(id: string, options: DataFetchOptions, context: Context): Promise<void> {
  const known = KNOWN_DATASETS.find((one) => one.id === id);
  if (known === undefined) {
    const ids = KNOWN_DATASETS.map((one) => one.id).join(', ');
    throw new UsageError(`expected one of ${ids}, received ${id}`);
  }
  const { output, signal } = context;
  const { out, acceptLicense = false, category, from, repin = false } = options;
  const began = performance.now();
  let fetched: FetchedDataset;
  try {
    const given: Partial<FetchDatasetOptions> = {
      ...(category && { categories: category }),
      ...(from && { from }),
    };
    fetched = await fetchDataset(known, {
      folder: out,
      acceptLicense,
      repin,
      pins: join(userCacheFolder(), 'datasets'),
      signal,
      onEvent: reporter(output),
      ...given,
    });
  } catch (error) {
    throw explain(error, known, out, context);
  } finally {
    output.clearStatus();
  }
  const seconds = (performance.now() - began) / 1000;
  const { folder, reused, record } = fetched;
  const files = record?.files ?? [];
  const how = reused ? 'was there already' : `fetched in ${formatSeconds(seconds)}`;
  const next = `utad data check ${out} --dataset ${known.id}`;
  output.result(
    { id: known.id, title: known.title, folder, reused, files, seconds },
    `${known.title} in ${folder}, ${how}\nnext: ${next}`,
  );
}

/** What the user can do about it. */
function explain(error: unknown, known: KnownDataset, out: string, { output }: Context): unknown {
  if (!(error instanceof Error) || error.name !== 'FetchError') return error;
  const code: unknown = Reflect.get(error, 'code');
  if (code === 'licence')
    return new UsageError(`${error.message}; --accept-license accepts them`, { cause: error });
  const steps = known.manual ?? [];
  if (steps.length === 0 || !['manual', 'status', 'unreachable'].includes(String(code))) return error;
  const accept = known.licence.accept === true ? ' --accept-license' : '';
  const last = `Or give the archive to \`utad data fetch ${known.id}${accept} --from FILE --out ${out}\`, which checks and unpacks it.`;
  const lines = [...steps, last].map((step, index) => `${index + 1}. ${step}`);
  output.result({ id: known.id, title: known.title, manual: [...steps, last] }, lines.join('\n'));
  return new PartlyFailedError(`${error.message}; by hand it goes as said`, { cause: error });
}

/** Says on the terminal what happens while a data set is fetched: the licence first. */
function reporter(output: Output): (event: FetchEvent) => void {
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
