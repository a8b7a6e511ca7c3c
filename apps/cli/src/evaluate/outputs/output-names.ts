import { basename, extname } from 'node:path/posix';
import filenamify from 'filenamify';
import type { DataSource } from '../../data/source';

/** Of a name in UTF-8: file systems allow 255, and extensions and the names of unfinished files come behind it. */
const MOST_BYTES = 180;

/**
 * A single name of a file or folder that every file system takes, from any text: no separators, no control characters, no
 * name that Windows keeps for devices, never `.` or `..`.
 */
export function safeName(text: string): string {
  // Lone halves of surrogate pairs are replaced here rather than by the file system, where two could meet unnoticed.
  const whole = Buffer.from(text.normalize('NFC')).toString();
  return filenamify(cut(whole), { replacement: '_', maxLength: MOST_BYTES });
}

function cut(text: string): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > MOST_BYTES) break;
    kept += character;
  }
  return kept;
}

/** The name of the folder of all that is written of a test set: its category, such as `screw`, else the data set's name. */
export function objectOf({ dataset, category }: Pick<DataSource, 'dataset' | 'category'>): string {
  return safeName(category ?? dataset);
}

/**
 * Names files after images as MVTec's evaluation expects them: `<object>/test/<kind>/<stem>`, without an extension. Where
 * two images would have the same, ignoring case, the later one gets a number: `000-2`.
 */
export class OutputNames {
  private readonly object: string;
  private readonly taken = new Set<string>();

  constructor(source: Pick<DataSource, 'dataset' | 'category'>) {
    this.object = objectOf(source);
  }

  /** Parts of a path, of which none leads out of its folder. To be asked once for each image. */
  of({
    id,
    defectType,
  }: {
    readonly id: string;
    readonly defectType: string;
  }): readonly [string, string, string, string] {
    const folder = safeName(defectType);
    const stem = safeName(basename(id, extname(id)));
    for (let count = 1; ; count++) {
      const name = count === 1 ? stem : `${stem}-${count}`;
      // HFS and NTFS know no case.
      const key = `${folder}/${name}`.toLowerCase();
      if (this.taken.has(key)) continue;
      this.taken.add(key);
      return [this.object, 'test', folder, name];
    }
  }
}
