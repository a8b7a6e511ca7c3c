/** Keys and indices from the whole to a part of it. */
export type Path = readonly PropertyKey[];

/** What is at a path; undefined where nothing is. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? Reflect.get(inner, key)
        : undefined,
    value,
  );
}

/** How many keys two paths share from the start. */
export function sharedLength(a: Path, b: Path): number {
  const differs = a.findIndex((key, index) => String(key) !== String(b[index]));
  return differs < 0 ? a.length : differs;
}

/** A path as `--set` takes it. */
export function pathText(path: Path): string {
  return path.map(String).join('.');
}

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
