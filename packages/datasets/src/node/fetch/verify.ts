import { rm } from 'node:fs/promises';
import type { DatasetSource } from '../../known/known-dataset';
import type { DownloadOptions } from './events';
import { FetchError } from './fetch-error';
import { type FileHash, hashFile } from './hash-file';
import type { Pins } from './pins';

/** What to compare a file with besides what is cited of it. */
interface VerifyOptions extends Pick<DownloadOptions, 'signal' | 'onEvent'> {
  readonly pins: Pins | undefined;
  readonly repin?: boolean;
  /** Whether it was downloaded here, so that it may be removed. */
  readonly downloaded: boolean;
}

/** What is known of a file. */
type Expected = Pick<DatasetSource, 'file' | 'bytes' | 'sha256' | 'md5' | 'hashSource'> &
  Partial<Pick<DatasetSource, 'url'>>;

/**
 * Compares a whole file with what is cited of it, else with its first download.
 *
 * @throws FetchError `size`, `hash`; a download that differs from what is cited is removed, for going on with it can never
 *   work. `pinned`; that download stays, to be accepted.
 */
export async function verify(path: string, expected: Expected, options: VerifyOptions): Promise<FileHash> {
  const { file, hashSource, url } = expected;
  const { signal, onEvent, pins, repin = false, downloaded } = options;
  const hash = await hashFile(path, signal);
  const refuse = async (problem: 'size' | 'hash', wanted: string, received: string) => {
    if (downloaded) await rm(path, { force: true });
    const source = hashSource === undefined ? '' : `, as ${hashSource} has it`;
    return new FetchError(problem, `${file}: expected ${wanted}${source}, received ${received}`);
  };
  if (expected.bytes !== undefined && expected.bytes !== hash.bytes) {
    throw await refuse('size', `${expected.bytes} bytes`, `${hash.bytes}`);
  }
  for (const name of ['sha256', 'md5'] as const) {
    const wanted = expected[name]?.toLowerCase();
    if (wanted !== undefined && wanted !== hash[name])
      throw await refuse('hash', `${name} ${wanted}`, hash[name]);
  }
  const cited = expected.sha256 !== undefined || expected.md5 !== undefined;
  const pin = url === undefined ? undefined : (await pins?.read())?.[url];
  if (pin !== undefined && pin.sha256 !== hash.sha256 && !repin) {
    throw new FetchError(
      'pinned',
      `${file}: expected the file of sha256 ${pin.sha256} that came on ${pin.fetched}, received ${hash.sha256}`,
    );
  }
  if (url !== undefined && pins !== undefined && pin?.sha256 !== hash.sha256) {
    await pins.write(url, { sha256: hash.sha256, bytes: hash.bytes, fetched: new Date().toISOString() });
  }
  const against = cited ? 'citation' : pin?.sha256 === hash.sha256 ? 'pin' : 'nothing';
  onEvent?.({ type: 'verified', file, bytes: hash.bytes, sha256: hash.sha256, against });
  return hash;
}
