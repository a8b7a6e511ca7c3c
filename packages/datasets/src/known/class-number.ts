import { DatasetError } from '../errors';
import type { KnownClasses } from './known-dataset';

/**
 * The number of a class that is named by number or name, case and punctuation apart.
 *
 * @throws DatasetError `category-unknown`
 */
export function classNumber({ title, categories }: KnownClasses, named: string | number): number {
  const text = String(named);
  if (/^\d+$/.test(text) && Number(text) < categories.length) return Number(text);
  const wanted = plain(text);
  const byName = categories.findIndex((name) => plain(name) === wanted);
  if (/[a-z]/.test(wanted) && byName >= 0) return byName;
  throw new DatasetError(
    'category-unknown',
    `category: expected a class of ${title}, 0 to ${categories.length - 1} or ${categories.join(', ')}, received ${named}`,
  );
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
