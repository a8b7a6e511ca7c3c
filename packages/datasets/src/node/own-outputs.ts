import { open } from 'node:fs/promises';
import { dirname, extname, relative, resolve, sep } from 'node:path';
import { entryType } from '@utad/files/node';

/** Images of a folder, apart from what was written there of images. */
export interface ForeignImages {
  /** In the order in which they came. */
  readonly images: string[];
  /** Anomaly maps, overlays, raw maps and pictures in run folders. */
  readonly own: string[];
}

/**
 * Tells images from what predictions and evaluations wrote among them: whatever lies in `out`, or below the folder of a run;
 * `<name>.map.png` and `<name>.overlay.png` that stand together, or beside the image of this name; raw maps.
 *
 * @param root The folder that was looked into. Itself it may be a run's: who names it means what lies there.
 * @param paths What `imagePaths` found there.
 * @param out A folder below it for outputs.
 */
export async function withoutOwnOutputs(
  root: string,
  paths: readonly string[],
  out?: string,
): Promise<ForeignImages> {
  const top = resolve(root);
  const names = new Set(paths.map((path) => resolve(path)));
  const stems = new Set([...names].map((path) => path.slice(0, -extname(path).length)));
  const folders = new Map<string, Promise<boolean>>();
  if (out !== undefined && isBelow(resolve(out), top)) folders.set(resolve(out), Promise.resolve(true));
  const inOwnFolder = async (folder: string): Promise<boolean> => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const found = isBelow(folder, top)
      ? isOwnFolder(folder).then((own) => own || inOwnFolder(dirname(folder)))
      : Promise.resolve(false);
    folders.set(folder, found);
    return found;
  };
  const isPicture = (path: string): boolean => {
    const [, stem, kind] = /^(.*)\.(map|overlay)\.png$/s.exec(path) ?? [];
    if (stem === undefined) return false;
    return stems.has(stem) || names.has(`${stem}.${kind === 'map' ? 'overlay' : 'map'}.png`);
  };
  const result: ForeignImages = { images: [], own: [] };
  for (const path of paths) {
    const full = resolve(path);
    const own = isPicture(full) || (await inOwnFolder(dirname(full))) || (await isRawMap(full));
    result[own ? 'own' : 'images'].push(path);
  }
  return result;
}

function isBelow(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`);
}

/** That of a run, whole or not, or one in the making that a killed process left. */
async function isOwnFolder(folder: string): Promise<boolean> {
  if (/[\\/]unfinished-[0-9a-f]{8}\.tmp$/.test(folder)) return true;
  if ((await entryType(`${folder}${sep}config.json`)) !== 'file') return false;
  for (const name of ['bundle', 'bundle.previous', 'checkpoint', 'checkpoint.previous']) {
    if ((await entryType(`${folder}${sep}${name}`)) === 'folder') return true;
  }
  return false;
}

/** Fields of the directory of a raw map, in order, as `floatTiff` of `@utad/report` writes them, and where its values start. */
const FIELDS = [256, 257, 258, 259, 262, 273, 277, 278, 279, 339];
const START = 136;

async function isRawMap(path: string): Promise<boolean> {
  if (!/\.tiff?$/i.test(path) || (await entryType(path)) !== 'file') return false;
  const head = Buffer.alloc(START);
  const file = await open(path).catch(() => undefined);
  const read = await file?.read(head, 0, START, 0).catch(() => undefined);
  await file?.close();
  if (read?.bytesRead !== START || head.readUInt32LE(0) !== 0x2a4949 || head.readUInt32LE(4) !== 8)
    return false;
  if (head.readUInt16LE(8) !== FIELDS.length) return false;
  const valueAt = (index: number) => head.readUInt32LE(18 + 12 * index);
  return (
    FIELDS.every((field, index) => head.readUInt16LE(10 + 12 * index) === field) &&
    valueAt(FIELDS.indexOf(273)) === START
  );
}
