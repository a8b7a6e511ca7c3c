import { readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { kindOf } from '../exists';

/** Removes what writing left behind when the process was killed: entries of a folder that begin and end so. */
export async function removeLeftovers(folder: string, begin: readonly string[], end: RegExp): Promise<void> {
  if ((await kindOf(folder)) !== 'folder') return;
  for (const name of await readdir(folder)) {
    const rest = begin.filter((start) => name.startsWith(start)).map((start) => name.slice(start.length));
    if (rest.some((text) => end.test(text))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Cuts a file of lines, if it is there, after its last whole one. */
export async function dropTornLine(path: string): Promise<void> {
  if ((await kindOf(path)) !== 'file') return;
  const bytes = await readFile(path);
  const whole = bytes.lastIndexOf('\n') + 1;
  if (whole < bytes.length) await truncate(path, whole);
}
