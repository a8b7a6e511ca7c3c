import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TENSORFLOW_VERSION } from '../native-layout';
import { pipConfiguration } from './pip-configuration';
import { runCommand } from './run-command';

const REQUIREMENT = `tensorflow-cpu==${TENSORFLOW_VERSION}`;

interface KnownWheel {
  readonly sha256: string;
  readonly bytes: number;
}

/** Wheels whose bytes were looked at. For any other file the first download is pinned. */
const KNOWN_WHEELS: Readonly<Record<string, KnownWheel>> = {
  'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl': {
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    bytes: 273829956,
  },
};

/** The size to expect on this system, for progress. */
export function expectedWheelBytes(): number | undefined {
  return Object.entries(KNOWN_WHEELS).find(([file]) => process.arch === 'x64' && file.includes('x86_64'))?.[1]
    .bytes;
}

export interface DownloadOptions {
  readonly python: string;
  /** Receives the wheel, and pip's temporary files while it is fetched. */
  readonly folder: string;
  readonly onBytes: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches TensorFlow's wheel from whatever index pip is set up with. The wheel of Python 3.11 is taken whichever
 * Python runs pip: only its C library is used.
 * @returns the wheel's path.
 */
export async function downloadWheel({ python, folder, onBytes, signal }: DownloadOptions): Promise<string> {
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
        '-m',
        'pip',
        'download',
        '--no-input',
        '--disable-pip-version-check',
        '--progress-bar',
        'off',
        '--no-deps',
        '--only-binary=:all:',
        '--python-version',
        '3.11',
        '--dest',
        destination,
        REQUIREMENT,
      ],
      { env: { ...process.env, ...pipConfiguration(), TMPDIR: temporary }, signal },
    );
  } finally {
    clearInterval(timer);
  }
  const files = await readdir(destination);
  const [wheel] = files;
  if (files.length !== 1 || !wheel?.startsWith(`tensorflow_cpu-${TENSORFLOW_VERSION}-`)) {
    throw new Error(`expected one wheel of ${REQUIREMENT} from pip, received ${files.join(', ') || 'none'}`);
  }
  return join(destination, wheel);
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

export async function sha256(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, signal ? { signal } : {});
  return hash.digest('hex');
}

/**
 * Compares the wheel's SHA-256 with the one known for its file name, or with the one that the first download of
 * it pinned here.
 * @returns the hash.
 * @throws Error where they differ.
 */
export async function verifyWheel(wheel: string, pinFile: string, signal?: AbortSignal): Promise<string> {
  const file = basename(wheel);
  const received = await sha256(wheel, signal);
  const pins = await readPins(pinFile);
  const expected = KNOWN_WHEELS[file]?.sha256 ?? pins[file];
  if (expected !== undefined && expected !== received) {
    throw new Error(`expected SHA-256 ${expected} of ${file}, received ${received}`);
  }
  if (expected === undefined) {
    await writeFile(`${pinFile}.new`, `${JSON.stringify({ ...pins, [file]: received }, null, 2)}\n`);
    await rename(`${pinFile}.new`, pinFile);
  }
  return received;
}

async function readPins(pinFile: string): Promise<Record<string, string>> {
  let text: string;
  try {
    text = await readFile(pinFile, 'utf8');
  } catch {
    return {};
  }
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`expected an object in ${pinFile}`);
  return Object.fromEntries(
    Object.entries(parsed).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
