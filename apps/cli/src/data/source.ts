import { resolve } from 'node:path';
import { UsageError } from '../errors';
import type { RunConfig } from '../run/run-config';

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
 */
export function sourceOf(options: SourceOptions, otherwise?: DataSource): DataSource {
  const { dataset = otherwise?.dataset ?? (options.category === undefined ? 'folder' : 'mvtec') } = options;
  const same = otherwise?.dataset === dataset ? otherwise : undefined;
  const root = options.root === undefined ? (same?.root ?? null) : resolve(options.root);
  const category = options.category ?? same?.category ?? null;
  if (dataset === 'synthetic') {
    if (options.root !== undefined) {
      throw new UsageError('--dataset synthetic: expected no --root, since its images are drawn, not read');
    }
    return { dataset, root: null, category: category ?? 'washer' };
  }
  if (root === null) throw new UsageError(`--root: expected the folder of the images, received none`);
  if (dataset === 'mvtec' && category === null) {
    throw new UsageError('--category: expected the name of a product, such as screw, received none');
  }
  if (dataset === 'folder' && options.category !== undefined) {
    throw new UsageError(`--dataset folder: expected no --category, received ${options.category}`);
  }
  return { dataset, root, category: dataset === 'folder' ? null : category };
}

/** A source in words: `mvtec / screw`, `folder / photos`. */
export function nameOf({ dataset, root, category }: DataSource): string {
  return [dataset, category ?? root?.split(/[\\/]/).at(-1)].filter(Boolean).join(' / ');
}
