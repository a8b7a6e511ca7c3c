import { readdir } from 'node:fs/promises';

/** Everything in a folder, to see whether anything was written. */
export async function listing(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}
