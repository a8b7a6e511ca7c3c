import { UsageError } from '../errors';

export type Plain = { [key: string]: unknown };

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Lays one configuration over another: keys of objects one by one, everything else as a whole. An object of another
 * `kind` replaces the one below it, since their other keys mean different things.
 */
export function merge(base: unknown, over: unknown): unknown {
  if (!isPlain(base) || !isPlain(over)) return over;
  if ('kind' in over && 'kind' in base && over.kind !== base.kind) return over;
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) merged.set(key, merge(merged.get(key), value));
  return Object.fromEntries(merged);
}

/**
 * Lays one value over a configuration.
 *
 * @param path Keys joined by dots; all but the last must be there.
 */
export function setAt(base: unknown, path: string, value: unknown): unknown {
  const [first = '', ...rest] = path.split('.');
  if (!isPlain(base) || first === '')
    throw new UsageError(`--set: expected keys joined by dots, received ${path}`);
  if (rest.length === 0) return merge(base, Object.fromEntries([[first, value]]));
  if (!Object.hasOwn(base, first) || !isPlain(base[first])) {
    const known = Object.keys(base).filter((key) => isPlain(base[key]));
    throw new UsageError(
      `--set: expected a group of ${known.join(', ') || 'none'}, received ${first} in ${path}`,
    );
  }
  return merge(base, Object.fromEntries([[first, setAt(base[first], rest.join('.'), value)]]));
}
