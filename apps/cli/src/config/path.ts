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
