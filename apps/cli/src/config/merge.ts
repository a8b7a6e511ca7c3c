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

/** Lays one value over a configuration; groups on its way that are not there are made. */
export function setAt(base: unknown, path: readonly string[], value: unknown): unknown {
  const nested = path.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value);
  return merge(base, nested);
}
