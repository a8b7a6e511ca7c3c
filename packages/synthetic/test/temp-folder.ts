import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The caller removes it. */
export const makeTempFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'utad-synthetic-'));

/** Gives work a folder of its own, which is gone afterwards whatever happened. */
export async function inTempFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makeTempFolder();
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
