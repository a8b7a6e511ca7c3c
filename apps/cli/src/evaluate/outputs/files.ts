import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from '../../data/source';
import { UsageError } from '../../errors';
import { kindOf } from '../../exists';
import type { EvaluationObserver, OpenedEvaluation } from '../observer';
import { MapFiles } from './map-files';
import { objectOf } from './output-names';
import { PictureFiles } from './picture-files';

/** Folders for what is written of every test image; undefined for what is not asked for. */
export interface OutputFolders {
  /** For raw maps. */
  readonly maps: string | undefined;
  /** For heat maps and overlays. */
  readonly overlays: string | undefined;
}

/** What `--maps` and `--overlays` ask for: their value, or a folder beside `metrics.json` where they have none. */
export function outputFolders(
  { maps, overlays }: { readonly maps?: string | boolean; readonly overlays?: string | boolean },
  out: string,
): OutputFolders {
  const folder = (asked: string | boolean | undefined, name: string) =>
    asked === true ? join(out, name) : asked || undefined;
  return { maps: folder(maps, 'maps'), overlays: folder(overlays, 'overlays') };
}

/**
 * Expects folders, and unless forced that nothing is there of these images. Other categories may be: MVTec's evaluation
 * wants them all in one folder.
 *
 * @throws UsageError
 */
export async function checkOutputFolders(
  folders: OutputFolders,
  source: DataSource,
  { force }: { readonly force: boolean },
): Promise<void> {
  for (const [option, folder] of Object.entries(folders)) {
    if (folder === undefined) continue;
    if ((await kindOf(folder)) === 'file') {
      throw new UsageError(`--${option}: expected a folder, received the file ${folder}`);
    }
    if (force) continue;
    const target = join(folder, objectOf(source));
    const kind = await kindOf(target);
    if (kind === undefined || (kind === 'folder' && (await readdir(target)).length === 0)) continue;
    throw new UsageError(
      `--${option}: expected an empty folder or none at ${target}, but something is there; --force writes over it`,
    );
  }
}

/** Those who write the files that were asked for. */
export function fileObservers(
  { maps, overlays }: OutputFolders,
  opened: OpenedEvaluation,
): EvaluationObserver[] {
  return [
    ...(maps === undefined ? [] : [new MapFiles(maps, opened)]),
    ...(overlays === undefined ? [] : [new PictureFiles(overlays, opened)]),
  ];
}
