import { randomBytes } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DatasetError } from '../errors';

/** Says that the folder was made here, and of what; only such a one is ever replaced. */
const MARKER = 'synthetic.json';

/**
 * Makes a folder of synthetic images that appears when all of it is written, and not at all where that fails.
 *
 * @param write Fills a folder that is not in its place yet, and returns what the folder is made of, for its marker.
 * @throws DatasetError `exists` when the folder is there and `force` is not set, or it is not one of synthetic images.
 */
export async function makeFolder(
  path: string,
  force: boolean,
  write: (staging: string) => Promise<Readonly<Record<string, unknown>>>,
): Promise<void> {
  const out = resolve(path);
  await expectReplaceable(out, force);
  const replaced = `${out}.old-${randomBytes(4).toString('hex')}`;
  const staging = `${out}.new-${randomBytes(4).toString('hex')}`;
  try {
    const made = await write(staging);
    await mkdir(staging, { recursive: true });
    await writeFile(join(staging, MARKER), `${JSON.stringify(made, null, 2)}\n`);
    if (await exists(out)) await rename(out, replaced);
    await mkdir(dirname(out), { recursive: true });
    await rename(staging, out);
    await rm(replaced, { recursive: true, force: true });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function expectReplaceable(out: string, force: boolean): Promise<void> {
  if (!(await exists(out))) return;
  if (!force) throw new DatasetError('exists', `expected no folder at ${out}, found one; force replaces it`);
  if (await exists(join(out, MARKER))) return;
  throw new DatasetError(
    'exists',
    `expected a folder of synthetic images to replace at ${out}, found another`,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
