import { join } from 'node:path';
import { DatasetError } from '../../errors';
import type { TreeLayout } from '../../known/known-dataset';
import { folderEntries } from '../folder';
import { type ListedImage, listManifest } from '../manifest/manifest';
import { MaskFiles } from '../mask-files';
import type { DatasetLocation } from '../open-dataset';
import { expectFolder, idBelow, imagePaths } from '../paths';
import type { ImageEntry } from '../pipeline/image-entry';
import type { FoundEntries } from '../splits/open-split';
import { SPLITS } from '../splits/splits';
import { listTreeEntries } from '../tree/entries';
import { fill, isImage, maskFiles, matchFolders, pathFor, thresholdOf } from '../tree/mask-finder';
import { findBase, treeCategoriesIn } from '../tree/open-tree';
import type { Finding } from './report';

/** Images that are used alike. */
export interface SurveyedPart {
  readonly category: string | null;
  /** Or `all`, where they are not divided. */
  readonly split: string;
  readonly entries: readonly ImageEntry[];
}

/** What a dataset of image files holds, by its names alone. */
interface Survey {
  readonly parts: readonly SurveyedPart[];
  readonly findings: readonly Finding[];
}

/**
 * Lists a dataset of image files. Where opening it would stop at the first thing that is wrong, this goes on and tells
 * all.
 *
 * @throws DatasetError `root-missing` where there is nothing at all; `category-unknown`
 */
export async function surveyFiles(dataset: Exclude<DatasetLocation, { source: 'classes' }>): Promise<Survey> {
  switch (dataset.source) {
    case 'tree':
      return surveyTree(dataset);
    case 'folder':
      await expectFolder(dataset.root, 'root');
      return listed(dataset.root, () => folderEntries(dataset.root, dataset));
    case 'manifest':
      return surveyManifest(dataset.file);
  }
}

async function surveyTree({
  known: { layout },
  root,
  categories,
}: Extract<DatasetLocation, { source: 'tree' }>): Promise<Survey> {
  await expectFolder(root, 'root');
  const base = await findBase(layout, root);
  const { images } = layout;
  if (images.by === 'seed') return surveyFolders(layout, base, { all: images.all }, null);
  const there = await treeCategoriesIn(layout, base);
  if (there.length === 0) {
    const wanted = images.by === 'list' ? images.file : `folders such as ${images.train}`;
    throw new DatasetError('root-missing', `root: expected ${wanted} in ${root}, found none`);
  }
  for (const name of categories ?? []) {
    if (there.includes(name)) continue;
    const message = `category: expected ${there.join(', ')}, received ${name} (in ${root})`;
    throw new DatasetError('category-unknown', message);
  }
  const parts: SurveyedPart[] = [];
  const findings: Finding[] = [];
  for (const category of categories ?? there) {
    const found =
      images.by === 'folder'
        ? await surveyFolders(layout, base, { train: images.train, test: images.test }, category)
        : await listed(
            images.file,
            async () => ({
              divided: {
                train: await listTreeEntries(layout, images, { base, category, split: 'train' }),
                validation: [],
                test: await listTreeEntries(layout, images, { base, category, split: 'test' }),
              },
            }),
            category,
          );
    parts.push(...found.parts);
    findings.push(...found.findings);
  }
  return { parts, findings };
}

/** What a strict listing gives, or the one thing that it stopped at. */
async function listed(
  path: string,
  list: () => Promise<FoundEntries>,
  category: string | null = null,
): Promise<Survey> {
  try {
    const found = await list();
    const parts =
      'undivided' in found
        ? [{ category, split: 'all', entries: found.undivided }]
        : SPLITS.map((split) => ({ category, split, entries: found.divided[split] }));
    return { parts: parts.filter(({ entries }) => entries.length > 0), findings: [] };
  } catch (error) {
    if (!(error instanceof DatasetError) || error.code === 'root-missing') throw error;
    return { parts: [], findings: [findingOf(error, path)] };
  }
}

/** Lists the splits of one category, or of all images, that a layout keeps in folders by type of defect. */
async function surveyFolders(
  layout: TreeLayout,
  base: string,
  splits: Readonly<Record<string, string>>,
  category: string | null,
): Promise<Survey> {
  const names: Record<string, string> = category === null ? {} : { category };
  const patterns = (layout.masks?.paths ?? []).map((pattern) => fill(pattern, names));
  const masks = await maskFiles(layout, base, patterns);
  const files = new MaskFiles(base, [...masks]);
  const unclaimed = new Set(masks);
  const parts: SurveyedPart[] = [];
  const findings: Finding[] = [];
  const wrong = (code: Finding['code'], path: string, message: string) =>
    findings.push({ code, wrong: true, paths: [path], message });
  for (const [split, pattern] of Object.entries(splits)) {
    const entries: ImageEntry[] = [];
    for (const folder of await matchFolders(base, fill(pattern, names))) {
      // The folder of good training images is named without a type of defect.
      const defectType = folder.names.kind ?? layout.good;
      for (const path of await imagePaths(folder.path)) {
        if (layout.endings !== undefined && !isImage(layout, path)) continue;
        const id = idBelow(join(base, category ?? ''), path);
        const image = { path, folder: folder.path, names: { ...names, ...folder.names } };
        const candidates = split === 'train' ? [] : patterns.map((mask) => pathFor(base, mask, image));
        const matching = files.matching(candidates);
        const [found] = matching;
        for (const mask of matching) unclaimed.delete(mask);
        const isGood = defectType === layout.good;
        if (!isGood && found === undefined && masks.size > 0) {
          const message = `expected a mask at ${candidates.join(' or ')} for ${path}, found none`;
          wrong('mask-missing', path, message);
        }
        const kind = isGood
          ? ({ label: 0, defectType: 'good' } as const)
          : ({ label: 1, defectType } as const);
        const mask = found !== undefined && { mask: { path: found, ...thresholdOf(layout) } };
        entries.push({ id, path, ...kind, ...mask });
      }
    }
    if (entries.length === 0) {
      const folder = join(base, fill(pattern, names));
      wrong('listing', folder, `expected ${split} images in ${folder}, found none`);
    } else {
      parts.push({ category, split, entries });
    }
  }
  for (const path of unclaimed) {
    wrong('mask-without-image', path, `expected an image for every mask, found none for ${path}`);
  }
  const defective = parts.some(({ entries }) => entries.some(({ label }) => label === 1));
  if (defective && masks.size === 0 && patterns.length > 0) {
    const where = category ?? base;
    const message = `${where} has defective images and no masks: pixels cannot be measured`;
    findings.push({ code: 'no-masks', wrong: false, paths: [], message });
  }
  return { parts, findings };
}

/** More would not be put right one by one. */
const MOST_FINDINGS = 100;

/**
 * Lists the images of a manifest, and all that is wrong with its lines; of more than 100 things, the number of the others.
 *
 * @throws DatasetError `root-missing`
 */
async function surveyManifest(file: string): Promise<Survey> {
  const findings: Finding[] = [];
  let others = 0;
  const onWrong = (error: DatasetError) => {
    if (findings.length === MOST_FINDINGS) others += 1;
    else findings.push(findingOf(error, file));
  };
  let listed: readonly ListedImage[] = [];
  try {
    listed = await listManifest({ file }, onWrong);
  } catch (error) {
    if (!(error instanceof DatasetError) || error.code === 'root-missing') throw error;
    onWrong(error);
  }
  if (others > 0) {
    const message = `${file}: ${others} more wrong ${others === 1 ? 'thing' : 'things'} in other lines`;
    findings.push({ code: 'listing', wrong: true, paths: [file], count: others, message });
  }
  // Lines without a split where others have one are wrong, and their images are looked at all the same.
  const splits = ['train', 'validation', 'test', 'all'] as const;
  const parts = splits.map((split) => ({
    category: null,
    split,
    entries: listed.filter(({ row }) => (row.split ?? 'all') === split).map(({ entry }) => entry),
  }));
  return { parts: parts.filter(({ entries }) => entries.length > 0), findings };
}

/** What stopped a listing, as something found. */
function findingOf({ code, message }: DatasetError, path: string): Finding {
  const known = (['mask-missing', 'mask-without-image'] as const).find((one) => one === code);
  return { code: known ?? 'listing', wrong: true, paths: [path], message };
}
