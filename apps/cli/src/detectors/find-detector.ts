import { closestMatch } from 'leven';
import { UsageError } from '../errors';
import { BUILT_IN } from './built-in';
import { importDetector } from './import-detector';
import type { KnownDetector } from './known-detector';
import { resolveModule } from './resolve-module';

const NAMES = BUILT_IN.map(({ about }) => about.kind);

/**
 * The detector that `--detector` means; the default one where it was not given.
 *
 * @throws UsageError where it means none.
 */
export async function findDetector(option: string | undefined): Promise<KnownDetector> {
  if (option === undefined) return BUILT_IN[0];
  const builtIn = BUILT_IN.find(({ about }) => about.kind === option);
  if (builtIn !== undefined) return builtIn;
  const url = await resolveModule(option, NAMES);
  const kind = await importDetector(url, option);
  if (NAMES.includes(kind.kind)) {
    throw new UsageError(
      `--detector ${option}: expected a kind with a name of its own, received ${kind.kind}, which is built in`,
    );
  }
  return { about: kind, module: url, usesVgg19: false, connect: () => kind };
}

/**
 * The detector for something that was made by one of a kind, such as a bundle. Only what the user names is imported,
 * whatever a file says.
 *
 * @throws UsageError where it is of another kind.
 */
export async function findDetectorOf(kind: string, option: string | undefined): Promise<KnownDetector> {
  const known = option === undefined ? BUILT_IN : [await findDetector(option)];
  const found = known.find(({ about }) => about.kind === kind);
  if (found !== undefined) return found;
  const names = known.map(({ about }) => about.kind).join(', ');
  throw new UsageError(
    `expected a detector of kind ${names}, received ${kind}; --detector FILE brings others`,
  );
}

/**
 * {@link findDetectorOf} where things of several kinds are opened: what is built in needs no option.
 *
 * @throws UsageError where none of the options brings the kind.
 */
export async function findDetectorAmong(kind: string, options: readonly string[]): Promise<KnownDetector> {
  const builtIn = BUILT_IN.find(({ about }) => about.kind === kind);
  if (builtIn !== undefined) return builtIn;
  for (const option of options) {
    const found = await findDetector(option);
    if (found.about.kind === kind) return found;
  }
  throw new UsageError(
    `expected a detector of kind ${kind}, received ${options.length === 0 ? 'none' : options.join(', ')}; --detector FILE brings one`,
  );
}

/**
 * A preset of a detector, its default one where none is named.
 *
 * @throws UsageError where there is none of this name.
 */
export function presetOf({ about }: KnownDetector, name?: string): { name: string; config: unknown } {
  const names = Object.keys(about.presets);
  const chosen = name ?? about.defaultPreset ?? names[0] ?? '';
  if (Object.hasOwn(about.presets, chosen)) return { name: chosen, config: about.presets[chosen] };
  const near = closestMatch(chosen, names, { maxDistance: 2 });
  throw new UsageError(
    `expected a preset of ${about.kind}: ${names.join(', ')}, received ${chosen}${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}

/** Refuses weights for a detector that uses none. */
export function checkVgg19Option({ about, usesVgg19 }: KnownDetector, option: string | undefined): void {
  if (option === undefined || usesVgg19) return;
  throw new UsageError(`--vgg19: expected a detector that measures with VGG-19, received ${about.kind}`);
}
