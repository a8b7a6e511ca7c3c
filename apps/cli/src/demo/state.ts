import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kindOf } from '../exists';
import type { RunFolder } from '../run/run-folder';

/** What a demonstration was made from: `demo.json` of its folder. Equal settings make equal results. */
export interface DemoSettings {
  readonly data: unknown;
  readonly config: unknown;
  readonly seed: number;
  readonly vgg19: string;
}

export const settingsPath = ({ path }: RunFolder): string => join(path, 'demo.json');

/** How far the demonstration in a folder has come. */
export async function stateOf(
  folder: RunFolder,
  settings: DemoSettings,
): Promise<'absent' | 'other' | 'incomplete' | 'complete'> {
  if ((await kindOf(folder.path)) === undefined) return 'absent';
  const path = settingsPath(folder);
  if ((await kindOf(path)) === undefined) return 'other';
  const saved = await readFile(path, 'utf8');
  if (saved !== JSON.stringify(settings)) return 'other';
  // Metrics are written last.
  return (await kindOf(folder.metrics)) === undefined ? 'incomplete' : 'complete';
}
