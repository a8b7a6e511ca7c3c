import { DatasetError } from '../../errors';
import { folderEntries } from '../folder';
import { expectFolder } from '../image-paths';
import type { ImageEntry } from '../pipeline/image-entry';
import type { FoundEntries } from '../splits/open-split';
import { SPLITS } from '../splits/splits';
import { findBase, treeCategoriesIn } from '../tree/base';
import { listTreeEntries } from '../tree/list-tree';
import type { PlacedDataset } from './placed-dataset';
import type { Finding } from './report';
import { surveyFolders } from './survey-folders';
import { findingOf, surveyManifest } from './survey-manifest';

/** Images that are used alike. */
export interface SurveyedPart {
  readonly category: string | null;
  /** Or `all`, where they are not divided. */
  readonly split: string;
  readonly entries: readonly ImageEntry[];
}

/** What a dataset of image files holds, by its names alone. */
export interface Survey {
  readonly parts: readonly SurveyedPart[];
  readonly findings: readonly Finding[];
}

/**
 * Lists a dataset of image files. Where opening it would stop at the first thing that is wrong, this goes on and tells
 * all.
 *
 * @throws DatasetError `root-missing` where there is nothing at all; `category-unknown`
 */
export async function surveyFiles(dataset: Exclude<PlacedDataset, { kind: 'classes' }>): Promise<Survey> {
  switch (dataset.kind) {
    case 'tree':
      return surveyTree(dataset);
    case 'folder':
      await expectFolder(dataset.root, 'root');
      return listed(dataset.root, () => folderEntries(dataset.root));
    case 'manifest':
      return surveyManifest(dataset.file);
  }
}

async function surveyTree({
  layout,
  root,
  categories,
}: Extract<PlacedDataset, { kind: 'tree' }>): Promise<Survey> {
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
    throw new DatasetError(
      'category-unknown',
      `category: expected ${there.join(', ')}, received ${name} (in ${root})`,
    );
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
