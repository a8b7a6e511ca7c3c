import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errno } from './explain';
import { InstallProblem } from './problem';

/** A wheel and what was found in it. */
export interface HashedWheel {
  /** Name of the file, as the index has it. */
  readonly file: string;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
}

interface KnownWheel {
  readonly sha256: string;
  readonly bytes: number;
}

/** Wheels whose bytes were looked at. For any other file the first one that an installation worked with is pinned. */
const KNOWN_WHEELS: Readonly<Record<string, KnownWheel>> = {
  'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl': {
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    bytes: 273829956,
  },
};

/** The size to expect of a requirement's wheel on this system, for progress. */
export function expectedWheelBytes(requirement: string): number | undefined {
  if (process.arch !== 'x64') return undefined;
  const start = `${requirement.replace('==', '-').replace('tensorflow-cpu', 'tensorflow_cpu')}-`;
  return Object.entries(KNOWN_WHEELS).find(([file]) => file.startsWith(start) && file.includes('x86_64'))?.[1]
    .bytes;
}

async function sha256(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, signal ? { signal } : {});
  return hash.digest('hex');
}

const pinFile = (root: string) => join(root, 'wheels.json');

/**
 * Compares a wheel's SHA-256 with the one known for its file name, or with the one that an earlier installation
 * pinned.
 * @throws InstallProblem where they differ.
 */
export async function verifyWheel(wheel: string, root: string, signal?: AbortSignal): Promise<HashedWheel> {
  const file = basename(wheel);
  const received = await sha256(wheel, signal);
  const known = KNOWN_WHEELS[file]?.sha256;
  const expected = known ?? (await readPins(root))[file];
  if (expected !== undefined && expected !== received) {
    throw new InstallProblem(
      'wheel-altered',
      `expected SHA-256 ${expected} of ${file}, received ${received}`,
      known === undefined
        ? `it is not the file that was installed before; where that is meant to be, remove ${pinFile(root)}`
        : 'the package index, or something on the way to it, gave another file: use another index',
    );
  }
  return { file, sha256: received };
}

/** Remembers the wheels of an installation that works. */
export async function pinWheels(root: string, wheels: readonly HashedWheel[]): Promise<void> {
  const unknown = wheels.filter(({ file }) => KNOWN_WHEELS[file] === undefined);
  if (unknown.length === 0) return;
  await writePins(root, {
    ...(await readPins(root)),
    ...Object.fromEntries(unknown.map(({ file, sha256: hash }) => [file, hash])),
  });
}

/** Forgets wheels; the file goes with the last one. */
export async function unpinWheels(root: string, files: readonly string[]): Promise<void> {
  const pins = await readPins(root);
  const left = Object.entries(pins).filter(([file]) => !files.includes(file));
  if (left.length === 0) await rm(pinFile(root), { force: true });
  else if (left.length < Object.keys(pins).length) await writePins(root, Object.fromEntries(left));
}

async function writePins(root: string, pins: Readonly<Record<string, string>>): Promise<void> {
  const file = pinFile(root);
  await writeFile(`${file}.new`, `${JSON.stringify(pins, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

async function readPins(root: string): Promise<Record<string, string>> {
  let text: string;
  try {
    text = await readFile(pinFile(root), 'utf8');
  } catch (error) {
    if (errno(error) === 'ENOENT') return {};
    throw error;
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) {
    throw new InstallProblem('failed', `expected a JSON object in ${pinFile(root)}`, 'remove the file');
  }
  return Object.fromEntries(
    Object.entries(parsed).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
