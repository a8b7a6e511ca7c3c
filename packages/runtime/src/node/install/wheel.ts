import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gist } from '../gist';
import { CommandError } from './command-error';
import { pipConfiguration } from './pip-configuration';
import { InstallProblem } from './problem';
import { runCommand } from './run-command';

export interface DownloadOptions {
  readonly python: string;
  /** As pip understands it: `tensorflow-cpu==2.21.0`. */
  readonly requirement: string;
  /** Receives the wheel, and pip's temporary files while it is fetched. */
  readonly folder: string;
  /** Whether pip may keep a copy in its own cache. */
  readonly keep: boolean;
  readonly onBytes: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The package that a requirement names. */
export const requiredName = (requirement: string): string => /^[\w.-]+/.exec(requirement)?.[0] ?? requirement;

/**
 * Fetches a wheel, without what it depends on, from whatever index pip is set up with. The wheel for Python 3.11 is
 * taken whichever Python runs pip: only its C libraries are used.
 * @returns the wheel's path.
 * @throws InstallProblem
 */
export async function downloadWheel(options: DownloadOptions): Promise<string> {
  const { python, requirement, folder, keep, onBytes, signal } = options;
  const temporary = join(folder, 'tmp');
  const destination = join(folder, 'wheel');
  await mkdir(temporary, { recursive: true });
  await mkdir(destination, { recursive: true });
  const timer = setInterval(() => {
    void folderBytes(folder).then(onBytes, () => undefined);
  }, 500);
  try {
    await runCommand(
      python,
      [
        ...['-m', 'pip', 'download', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off'],
        ...['--retries', '2', ...(keep ? [] : ['--no-cache-dir'])],
        ...['--no-deps', '--only-binary=:all:', '--python-version', '3.11', '--dest', destination],
        requirement,
      ],
      { env: { ...process.env, ...pipConfiguration(), TMPDIR: temporary }, signal },
    );
  } catch (error) {
    throw (error instanceof CommandError && pipProblem(error, requirement, python)) || error;
  } finally {
    clearInterval(timer);
  }
  const files = await readdir(destination);
  const [wheel] = files;
  const start = `${requiredName(requirement).replace(/[-_.]+/g, '_')}-`;
  if (files.length !== 1 || !wheel?.startsWith(start) || !wheel.endsWith('.whl')) {
    throw new InstallProblem(
      'wheel-missing',
      `expected one wheel of ${requirement} from pip, received ${files.join(', ') || 'none'}`,
    );
  }
  return join(destination, wheel);
}

/** pip tells of an index that it cannot reach as of one that lacks the package. */
const UNREACHED =
  /connection broken by|NewConnectionError|Max retries exceeded|ReadTimeout|ConnectTimeout|Temporary failure in name|SSLError|ProxyError|Could not fetch URL|HTTP error \d+|\b\d{3} (?:Client|Server) Error/i;
const OTHER_HASH = /do not match the hashes|hash mismatch|Expected sha\d+/i;
const BROKEN_OFF =
  /IncompleteRead|ProtocolError|ConnectionResetError|Connection aborted|incomplete-download|not enough bytes/i;

/** What pip says of a file that is no archive, as one that broke off is not. */
const NO_WHEEL = /is invalid\.|invalid wheel|BadZipFile|not a zip file/i;

function pipProblem(error: CommandError, requirement: string, python: string): InstallProblem | undefined {
  const { output, message } = error;
  const cause = { cause: error };
  if (OTHER_HASH.test(output)) {
    const got = /Got\s+([0-9a-f]{32,})/.exec(output)?.[1];
    return new InstallProblem(
      'wheel-altered',
      `the wheel of ${requirement} has another hash than its index says${got ? ` (${got})` : ''}`,
      'something on the way to the index changes files, or the download broke off: try again, or use another index',
      cause,
    );
  }
  if (BROKEN_OFF.test(output) && !/No matching distribution/.test(output)) {
    return new InstallProblem(
      'index-unreachable',
      `the download of ${requirement} broke off (${gist(output, message)})`,
      'try again',
      cause,
    );
  }
  if (NO_WHEEL.test(output)) {
    return new InstallProblem(
      'wheel-damaged',
      `the wheel of ${requirement} came damaged, or not whole`,
      'try again',
      cause,
    );
  }
  if (UNREACHED.test(output)) {
    return new InstallProblem(
      'index-unreachable',
      message,
      `look at the network, and at the index that pip is set up with (\`${python} -m pip config list\`)`,
      cause,
    );
  }
  if (/No matching distribution|Could not find a version/.test(output)) {
    return new InstallProblem(
      'wheel-missing',
      message,
      `the index that pip is set up with does not have it for this system (\`${python} -m pip config list\`)`,
      cause,
    );
  }
  return undefined;
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
