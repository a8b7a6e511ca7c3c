import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { folderBytes } from './installation';
import { InstallProblem } from './problem';
import { CommandError, errorLine, runCommand } from './run-command';

interface DownloadOptions {
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
    const reason = `expected one wheel of ${requirement} from pip, received ${files.join(', ') || 'none'}`;
    throw new InstallProblem('wheel-missing', reason);
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
    const reason = `the wheel of ${requirement} has another hash than its index says${got ? ` (${got})` : ''}`;
    const remedy =
      'something on the way to the index changes files, or the download broke off: try again, or use another index';
    return new InstallProblem('wheel-altered', reason, remedy, cause);
  }
  if (BROKEN_OFF.test(output) && !/No matching distribution/.test(output)) {
    const reason = `the download of ${requirement} broke off (${errorLine(output, message)})`;
    return new InstallProblem('index-unreachable', reason, 'try again', cause);
  }
  if (NO_WHEEL.test(output)) {
    const reason = `the wheel of ${requirement} came damaged, or not whole`;
    return new InstallProblem('wheel-damaged', reason, 'try again', cause);
  }
  if (UNREACHED.test(output)) {
    const remedy = `look at the network, and at the index that pip is set up with (\`${python} -m pip config list\`)`;
    return new InstallProblem('index-unreachable', message, remedy, cause);
  }
  if (/No matching distribution|Could not find a version/.test(output)) {
    const remedy = `the index that pip is set up with does not have it for this system (\`${python} -m pip config list\`)`;
    return new InstallProblem('wheel-missing', message, remedy, cause);
  }
  return undefined;
}

/** Where pip looks for a user's configuration on Linux, below the home folder. */
const PLACES = [join('.config', 'pip', 'pip.conf'), join('.pip', 'pip.conf')];

/**
 * What to add to pip's environment so that it finds the index it is set up with.
 *
 * pip reads the user's configuration from HOME. Where that was moved (a service, a container, a sandbox) and nothing is
 * set up there, the account's own configuration still says where packages come from.
 */
export function pipConfiguration(
  home = homedir(),
  accountHome = userInfo().homedir,
  environment: NodeJS.ProcessEnv = process.env,
): { PIP_CONFIG_FILE?: string } {
  if (home === accountHome || environment.PIP_CONFIG_FILE !== undefined) return {};
  if (PLACES.some((place) => existsSync(join(home, place)))) return {};
  const file = PLACES.map((place) => join(accountHome, place)).find((place) => existsSync(place));
  return file === undefined ? {} : { PIP_CONFIG_FILE: file };
}
