import { resolve } from 'node:path';
import { classNumber, KNOWN_DATASETS } from '@utad/datasets';
import { UsageError } from '../errors';
import type { RunConfig } from '../run/run-config';
import { type DatasetName, RULES } from './datasets';

/** Where images come from. */
export type DataSource = Pick<RunConfig, 'dataset' | 'root' | 'category'>;

/** What the command line says of it. */
export interface SourceOptions {
  readonly dataset?: RunConfig['dataset'];
  readonly root?: string;
  readonly category?: string;
}

/**
 * Makes a source of what was given, with the rest from another source where there is one.
 *
 * @throws UsageError when something is missing, or has no meaning for this kind of data set.
 * @throws DatasetError `category-unknown` for a class that a data set of classes does not have.
 */
export function sourceOf(options: SourceOptions, otherwise?: DataSource): DataSource {
  const dataset = options.dataset ?? otherwise?.dataset ?? guess(options);
  const same = otherwise?.dataset === dataset ? otherwise : undefined;
  const root = options.root === undefined ? (same?.root ?? null) : resolve(options.root);
  const category = options.category ?? same?.category ?? null;
  const rule = RULES[dataset].category;
  if (rule === 'drawn') {
    if (options.root !== undefined) {
      throw new UsageError('--dataset synthetic: expected no --root, since its images are drawn, not read');
    }
    return { dataset, root: null, category: category ?? 'washer' };
  }
  if (root === null) {
    const what = dataset === 'manifest' ? 'a CSV file or JSON lines' : 'the folder of the images';
    throw new UsageError(`--root: expected ${what}, received none`);
  }
  if (rule === 'none') {
    if (options.category !== undefined) {
      throw new UsageError(`--dataset ${dataset}: expected no --category, received ${options.category}`);
    }
    return { dataset, root, category: null };
  }
  if (category === null) {
    const what =
      rule === 'class'
        ? 'the class that is normal, by number or name'
        : 'the name of a product, such as screw';
    throw new UsageError(`--category: expected ${what}, received none`);
  }
  return { dataset, root, category: rule === 'class' ? className(dataset, category) : category };
}

function guess({ root = '', category }: SourceOptions): DatasetName {
  if (category !== undefined) return 'mvtec';
  return /\.(csv|jsonl|ndjson)$/i.test(root) ? 'manifest' : 'folder';
}

/** A class has one name, however it was given. */
function className(dataset: DatasetName, category: string): string {
  const known = KNOWN_DATASETS.find(({ id }) => id === dataset);
  if (known === undefined || known.kind === 'tree') return category;
  return known.categories[classNumber(known, category)] ?? category;
}

/** A source in words: `mvtec / screw`, `folder / photos`. */
export function nameOf({ dataset, root, category }: DataSource): string {
  return [dataset, category ?? root?.split(/[\\/]/).at(-1)].filter(Boolean).join(' / ');
}
