import { dirname, extname, join, relative, sep } from 'node:path';
import { DatasetError } from '../errors';
import { MaskFiles } from './mask-files';
import { withoutOwnOutputs } from './own-outputs';
import { expectFolder, folderNames, idBelow, imagePaths, linkSentences, listImages } from './paths';
import type { ImageEntry } from './pipeline/image-entry';
import { type FoundEntries, openSplit, type SplitDataset, type SplitReadOptions } from './splits/open-split';

/** What the folders of a plain folder hold, where their names do not say it. */
export interface FolderRoles {
  /** The folder of good images; `.` takes all images for good, at any depth. Default what it is called: good, ok, normal. */
  readonly good?: string;
}

/** Which images of a plain folder to open, and how. */
export interface FolderOptions extends SplitReadOptions, FolderRoles {
  /** The folder with the images, or with a folder for each type of defect or split of them. */
  readonly root: string;
}

/** Spellings of what folders hold, in lower case and without spaces, dashes and underscores. */
const SPELLINGS = {
  good: [
    ...[
      'good',
      'ok',
      'normal',
      'normals',
      'fine',
      'healthy',
      'intact',
      'undamaged',
      'clean',
      'pass',
      'passed',
    ],
    ...[
      'defectfree',
      'nodefect',
      'nodefects',
      'nondefective',
      'anomalyfree',
      'flawless',
      'faultless',
      'goods',
    ],
  ],
  defect: [
    ...['defect', 'defects', 'defective', 'bad', 'ng', 'nok', 'ko', 'notok', 'notgood', 'nogood', 'abnormal'],
    ...[
      'anomaly',
      'anomalies',
      'anomalous',
      'fail',
      'failed',
      'faulty',
      'fault',
      'faults',
      'reject',
      'rejected',
    ],
    ...['rejects', 'damaged', 'broken', 'error', 'errors', 'flaw', 'flaws'],
  ],
  masks: ['masks', 'groundtruth', 'mask', 'gt', 'groundtruths'],
  train: ['train', 'training'],
  validation: ['validation', 'val', 'valid'],
  test: ['test', 'testing'],
} as const satisfies Record<string, readonly string[]>;

type Role = keyof typeof SPELLINGS;

function hasRole(name: string, role: Role): boolean {
  const plain = name.toLowerCase().replace(/[\s_-]/g, '');
  return SPELLINGS[role].some((spelling) => spelling === plain);
}

/** The folders of a role: as this package spells it, else as others do. */
function ofRole(names: readonly string[], role: Role): string[] {
  const [usual] = SPELLINGS[role];
  return names.includes(usual) ? [usual] : names.filter((name) => hasRole(name, role));
}

const isMasks = (name: string): boolean => hasRole(name, 'masks');

/**
 * Images in a folder, in natural order of their names. It may hold
 *
 * - images alone, at any depth, all good;
 * - a folder `good`, and beside it one for each type of defect: divided by seed, since what was trained on must not be
 *   tested on; or good images themselves, and beside them a folder whose name says that it holds defects;
 * - folders `train` and `test`, and perhaps `validation` or `val`, each with either of these inside. Training images are
 *   good ones alone.
 *
 * Other common spellings are known, case apart, such as `OK` and `NG`, `normal` and `abnormal`, `Train` and `Test`. What looks
 * like several classes or products is refused.
 *
 * The mask of `<defect>/<name>.<ending>` is `<name>` or `<name>_mask` in `masks/<defect>` or `ground_truth/<defect>`, a picture
 * in any format; its values say where the image is defective. Where there is one, all defective images have one.
 *
 * What lies in a folder of masks, pictures `<name>_mask` beside `<name>`, and what predictions and evaluations wrote are no images.
 *
 * @throws DatasetError `root-missing`, `split-missing`, `empty`, `mask-missing`, `mask-empty`, `mask-without-image`,
 *   `size-mismatch`, `duplicate` (two splits hold the same image), `manifest` (`splits` say otherwise), `ambiguous` (which
 *   folders hold good images is not clear), `unreadable`, `invalid-option`
 * @throws ImageError for a bad file, unless `onBad` is `skip`.
 */
export async function folder(options: FolderOptions): Promise<SplitDataset> {
  const { root, split = 'train', shares, splits } = options;
  const found = await folderEntries(root, options);
  const asked = shares !== undefined || splits !== undefined;
  if (split !== 'train' && !asked && 'undivided' in found) {
    if (found.undivided.every(({ label }) => label === 0)) {
      const names = (await folderNames(root)).join(', ') || 'none';
      const message = `expected a folder good and one a type of defect in ${root}, found ${names}`;
      throw new DatasetError('split-missing', message);
    }
  }
  return openSplit(found, root, options);
}

/** Lists what {@link folder} opens. */
export async function folderEntries(root: string, { good }: FolderRoles = {}): Promise<FoundEntries> {
  await expectFolder(root, 'root');
  const names = await folderNames(root);
  const listing = new Listing(root, await masksIn(root, names), good);
  const [train] = ofRole(names, 'train');
  const [test] = ofRole(names, 'test');
  const [validation] = ofRole(names, 'validation');
  const hasSplits = test !== undefined || (train !== undefined && ofRole(names, 'good').length === 0);
  if (!hasSplits) {
    const undivided = await listing.entries(root, names, 'train');
    return { undivided, ...listing.finish() };
  }
  const of = async (name: string | undefined, as: 'train' | 'test'): Promise<ImageEntry[]> => {
    if (name === undefined) return [];
    const part = join(root, name);
    return listing.entries(part, await folderNames(part), as);
  };
  const divided = {
    train: await of(train, 'train'),
    validation: await of(validation, 'test'),
    test: await of(test, 'test'),
  };
  const defective = divided.train.find(({ label }) => label === 1);
  if (defective !== undefined) {
    const message = `train: expected good images alone in ${join(root, train ?? '')}, found ${defective.id}`;
    throw new DatasetError('manifest', message);
  }
  listing.leaveOut(names.filter((name) => ![train, test, validation].includes(name) && !isMasks(name)));
  return { divided, ...listing.finish() };
}

/** The masks of a plain folder, those in `masks` before others. */
async function masksIn(root: string, names: readonly string[]): Promise<MaskFiles | undefined> {
  const first = ['masks', 'ground_truth'].find((name) => names.includes(name)) ?? names.find(isMasks);
  if (first === undefined) return undefined;
  const path = join(root, first);
  return new MaskFiles(path, await imagePaths(path));
}

/** More folders than this are not named one by one. */
const NAMED = 6;

/** Lists images folder by folder, and keeps in mind what was taken for what. */
class Listing {
  private readonly learnt: string[] = [];
  private readonly others: string[] = [];
  private readonly masks = new Set<string>();
  private readonly own = new Set<string>();
  private readonly beside = new Set<string>();
  private links = 0;

  constructor(
    private readonly root: string,
    private readonly files: MaskFiles | undefined,
    private readonly good: string | undefined,
  ) {}

  /**
   * The images of a part of the dataset by their types of defect, where it has folders for them; else all of them as good.
   *
   * @param names The folders in it.
   * @param as `test` has folders for types of defect even without one for good images.
   * @throws DatasetError `ambiguous`, `mask-missing`, `invalid-option`
   */
  async entries(part: string, names: readonly string[], as: 'train' | 'test'): Promise<ImageEntry[]> {
    const inside = names.filter((name) => !isMasks(name));
    const all = (await this.images(part)).map((path) => ({ path, folder: firstFolder(part, path) }));
    const roles = await this.rolesOf(part, inside, all, as);
    const shown = (folder: string) => idBelow(this.root, join(part, folder)) || '.';
    const { files } = this;
    const hasMasks = files !== undefined && (roles.good !== undefined || roles.defects.length > 0);
    const good = (path: string): ImageEntry => ({
      ...{ id: idBelow(this.root, path), label: 0, defectType: 'good', path },
      ...(hasMasks && { mask: 'none' }),
    });
    const top = all.filter(({ folder }) => roles.top === 'all' || folder === '');
    const entries: ImageEntry[] = [];
    if (roles.top === 'none') for (const { path } of top) this.beside.add(path);
    else {
      entries.push(...top.map(({ path }) => good(path)));
      if (as === 'train') this.learnt.push(...new Set(top.map(({ folder }) => shown(folder))));
    }
    for (const defectType of inside) {
      const isGood = roles.good === defectType;
      if (!isGood && !roles.defects.includes(defectType)) continue;
      if (as === 'train') (isGood ? this.learnt : this.others).push(shown(defectType));
      for (const { path, folder } of all) {
        if (folder !== defectType) continue;
        const masks = files && candidates(files.folder, defectType, join(part, defectType), path);
        if (isGood) {
          entries.push(good(path));
          files?.claim(masks ?? []);
        } else {
          const mask = masks && files?.of(path, masks);
          const id = idBelow(this.root, path);
          entries.push({
            id,
            label: 1,
            defectType,
            path,
            ...(mask !== undefined && { mask: { path: mask } }),
          });
        }
      }
    }
    return entries;
  }

  /** Names folders that are neither learnt from nor tested on. */
  leaveOut(names: readonly string[]): void {
    this.others.push(...names);
  }

  /**
   * What there is to say.
   *
   * @throws DatasetError `mask-without-image`
   */
  finish(): Pick<FoundEntries, 'notes' | 'learntFrom'> {
    this.files?.expectNoOthers();
    const { learnt, others } = this;
    const masks = this.files === undefined ? [] : [idBelow(this.root, this.files.folder)];
    const not = [...others, ...masks];
    const folders = learnt.filter((name) => name !== '.');
    const without = not.length > 0 ? `; not learnt from: ${listed(not)}` : '';
    const notes = [
      ...leftOut(this.root, this.masks, 'taken for masks by name, not for images'),
      ...leftOut(
        this.root,
        this.beside,
        'left out, since they lie beside folders for good images and defects',
      ),
      ...leftOut(this.root, this.own, 'left out, since predictions or evaluations wrote them'),
      ...linkSentences(this.links),
      ...(this.files?.notes() ?? []),
    ];
    if (learnt.length === 0 || folders.length + not.length === 0) return { notes };
    return { notes, learntFrom: `Good images: ${listed(learnt)}${without}.` };
  }

  /** The images in a folder and below, without those that are known to be something else. */
  private async images(path: string): Promise<string[]> {
    const { paths, linksLeftOut } = await listImages(path);
    const { images, own } = await withoutOwnOutputs(this.root, paths);
    const stems = new Set(images.map(stemOf));
    const isMask = (image: string) => {
      if (foldersOf(path, image).some(isMasks)) return true;
      const [, stem] = /^(.*)[_-](?:mask|gt)$/is.exec(stemOf(image)) ?? [];
      return stem !== undefined && stems.has(stem);
    };
    const found: string[] = [];
    for (const image of images) {
      if (this.files?.has(image)) continue;
      if (isMask(image)) this.masks.add(image);
      else found.push(image);
    }
    for (const image of own) this.own.add(image);
    this.links += linksLeftOut;
    return found;
  }

  private async rolesOf(
    part: string,
    names: readonly string[],
    images: readonly FoundImage[],
    as: 'train' | 'test',
  ): Promise<Roles> {
    // That all images are good is said of those that are learnt from.
    const asked = this.good === '.' && as === 'test' ? undefined : this.good;
    const whole: Roles = { top: 'all', good: undefined, defects: [] };
    if (asked === '.' || names.length === 0) return whole;
    const others = (good: string): Roles => ({
      top: 'none',
      good,
      defects: names.filter((name) => name !== good),
    });
    if (asked !== undefined) {
      const named = names.find((name) => name === asked) ?? names.find((name) => sameName(name, asked));
      if (named !== undefined) return others(named);
      if (as === 'test') return { top: 'none', good: undefined, defects: names };
      const message = `good: expected one of the folders ${listed(names)} in ${part}, received ${asked}`;
      throw new DatasetError('invalid-option', message);
    }
    const [first, ...more] = ofRole(names, 'good');
    if (first !== undefined && more.length === 0) return others(first);
    if (first !== undefined) throw this.ambiguous(part, 'several folders of good images', [first, ...more]);
    if (as === 'test') return { top: 'none', good: undefined, defects: names };
    return (await this.rolesWithoutGood(part, names, images)) ?? whole;
  }

  /** @returns Undefined where all images are good. */
  private async rolesWithoutGood(
    part: string,
    names: readonly string[],
    images: readonly FoundImage[],
  ): Promise<Roles | undefined> {
    const folders = new Set(images.map(({ folder }) => folder));
    const holding = names.filter((name) => folders.has(name));
    const defects = holding.filter((name) => hasRole(name, 'defect'));
    const unknown = holding.filter((name) => !defects.includes(name));
    if (defects.length > 0) {
      if (unknown.length === 0) return { top: 'own', good: undefined, defects };
      throw this.ambiguous(part, `defects in ${listed(defects)}, and other folders`, unknown);
    }
    const products: string[] = [];
    for (const name of holding) {
      const inside = await folderNames(join(part, name));
      const roles = ['train', 'test', 'good', 'defect'] as const;
      if (inside.some((inner) => roles.some((role) => hasRole(inner, role)))) products.push(name);
    }
    if (products.length > 0) {
      const message = `expected images of one product in ${part}, found folders with good images or defects of their own: ${listed(products)}; name one of them as \`root\`, or, in the layout of MVTec AD, as \`category\``;
      throw new DatasetError('ambiguous', message);
    }
    const deeper = images.find(({ path }) => foldersOf(part, path).some((name) => hasRole(name, 'defect')));
    if (deeper !== undefined) {
      const folder = dirname(idBelow(part, deeper.path));
      throw this.ambiguous(part, 'a folder whose name says that it holds defects', [folder]);
    }
    if (holding.length > 1 && !folders.has('')) {
      throw this.ambiguous(part, 'what looks like several classes, and no folder good', holding);
    }
    return undefined;
  }

  private ambiguous(part: string, found: string, names: readonly string[]): DatasetError {
    const advice =
      'say which folder holds good images with `good` and its name, or `good` and . if all of them do';
    return new DatasetError('ambiguous', `${part} has ${found}: ${listed(names)}; ${advice}`);
  }
}

/** An image, and the folder of the part that it lies in: its first one, empty for none. */
interface FoundImage {
  readonly path: string;
  readonly folder: string;
}

/** What folders hold. */
interface Roles {
  /** Whether images that lie in none of the folders named are good: all, with those further below; its own; or none. */
  readonly top: 'all' | 'own' | 'none';
  readonly good: string | undefined;
  readonly defects: readonly string[];
}

function leftOut(root: string, paths: ReadonlySet<string>, why: string): string[] {
  const [first] = paths;
  if (first === undefined) return [];
  const pictures = paths.size === 1 ? '1 picture' : `${paths.size} pictures`;
  return [`${pictures} ${why}, such as ${idBelow(root, first)}.`];
}

function listed(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names.slice(0, NAMED).join(', ')}${more}`;
}

/** The folders between one and a file below it. */
const foldersOf = (folder: string, path: string): string[] => relative(folder, path).split(sep).slice(0, -1);

const firstFolder = (part: string, path: string): string => foldersOf(part, path)[0] ?? '';

const stemOf = (path: string): string => path.slice(0, path.length - extname(path).length);

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function candidates(masks: string, defectType: string, images: string, path: string): string[] {
  const stem = stemOf(idBelow(images, path));
  return [join(masks, defectType, `${stem}.png`), join(masks, defectType, `${stem}_mask.png`)];
}
