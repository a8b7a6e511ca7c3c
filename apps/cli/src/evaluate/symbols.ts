/** What the two-stage method calls its images, in the order in which they are shown. */
const SYMBOLS = new Map<string, readonly [name: string, symbol: string]>([
  ['impression', ['impression', 'm']],
  ['naiveImpression', ['naive impression', 'm̂']],
  ['reconstruction', ['reconstruction', 'x̂']],
]);

/** Name and symbol of an intermediate image; another detector's keeps the name it has. */
export function namesOf(key: string): { readonly name: string; readonly symbol: string } {
  const [name, symbol] = SYMBOLS.get(key) ?? [key, ''];
  return { name, symbol };
}

/** The symbol of an image, or its name where it has none. */
export function symbolOf(key: string): string {
  return namesOf(key).symbol || key;
}

/** Intermediate images in the order in which they are shown; unknown ones come last. */
export function inOrder<T>(images: Readonly<Record<string, T>>): [key: string, image: T][] {
  const place = (key: string) => {
    const index = [...SYMBOLS.keys()].indexOf(key);
    return index < 0 ? SYMBOLS.size : index;
  };
  return Object.entries(images).sort(([a], [b]) => place(a) - place(b));
}

/** A part of the anomaly map: `layer/conv1_2` is `conv1_2`, `pair/x, impression` is `φ(x, m)`. */
export function partName(part: string): string {
  const [group = '', ...rest] = part.split('/');
  const name = rest.join('/');
  if (group === 'pair') return `φ(${name.split(', ').map(symbolOf).join(', ')})`;
  return name || group;
}

/** What tables call a detector's own score. */
export function scoreName(kind: string): string {
  return kind === 'two-stage' ? `${kind}, e of Eq. 8` : kind;
}
