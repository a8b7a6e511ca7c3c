import { ArchiveError } from './archive-error';

/** What no file may be called on Windows: devices, whatever ending follows. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** Characters that mean something else on some system: controls, Windows' separator, drives and streams, wildcards. */
const FORBIDDEN = /[\p{Cc}\\:<>"|?*]/u;
const MOST_BYTES = 255;
const MOST_FOLDERS = 32;

/**
 * Where an entry goes below the folder that an archive is unpacked in: its parts, none for the folder itself.
 *
 * What any system would take for something else than a plain name is refused on every system, so that the same archive
 * gives the same tree everywhere. Nothing is renamed: a list inside the dataset may name its files.
 *
 * @throws ArchiveError `path`
 */
export function placeOf(name: string, archive: string): string[] {
  const refuse = (why: string) =>
    new ArchiveError(
      'path',
      archive,
      `expected names that stay in their folder, received ${JSON.stringify(name)} (${why})`,
    );
  if (name.startsWith('/')) throw refuse('absolute');
  if (/^[A-Za-z]:/.test(name)) throw refuse('a drive');
  if (name.includes('\\')) throw refuse('a backslash');
  if (name.includes('\uFFFD')) throw refuse('no UTF-8');
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  for (const part of parts) {
    if (part === '..') throw refuse('leads out');
    if (FORBIDDEN.test(part)) throw refuse('a character that no system agrees on');
    if (/[. ]$/.test(part)) throw refuse('ends with a point or a space');
    if (DEVICE.test(part)) throw refuse('a device on Windows');
    if (Buffer.byteLength(part) > MOST_BYTES) throw refuse(`longer than ${MOST_BYTES} bytes`);
  }
  if (parts.length > MOST_FOLDERS) throw refuse(`deeper than ${MOST_FOLDERS} folders`);
  return parts;
}

/** What macOS adds to archives, which is nobody's data. */
export function isLitter(parts: readonly string[]): boolean {
  const name = parts.at(-1) ?? '';
  return parts[0] === '__MACOSX' || name === '.DS_Store' || name.startsWith('._');
}
