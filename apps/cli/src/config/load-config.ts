import type { DetectorKind } from '@utad/detector';
import { UsageError } from '../errors';
import { type Layer, optionLayer } from './layers';
import { isPlain, merge, setAt } from './merge';
import { type Path, valueAt } from './path';
import { readConfigFile } from './read-config-file';
import { shownValue } from './shown-value';
import { validateConfig } from './validate-config';
import { parseYaml } from './yaml';

/** What the command line says of the configuration. */
export interface ConfigOptions {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly epochs?: number;
  readonly epochsIe?: number;
  readonly epochsExpert?: number;
}

/** Where a detector keeps the numbers of epochs that have options of their own, keys joined by dots. */
export interface EpochPaths {
  readonly ie: string;
  readonly expert: string;
}

export interface BaseConfig {
  readonly kind: Pick<DetectorKind, 'kind' | 'schema'>;
  /** The configuration to begin with. */
  readonly base: unknown;
  /** What messages call it. */
  readonly name: string;
  readonly epochPaths?: EpochPaths | undefined;
}

/** Whether any of these options was given. */
export function changesConfig(options: ConfigOptions): boolean {
  const { config, set = [], epochs, epochsIe, epochsExpert } = options;
  return [config, epochs, epochsIe, epochsExpert].some((value) => value !== undefined) || set.length > 0;
}

/**
 * A configuration with a file, then single values, then numbers of epochs laid over it, as the detector's schema reads
 * it.
 *
 * @throws UsageError that names place, key, value and what is allowed.
 */
export async function loadConfig(
  { kind, base, name, epochPaths }: BaseConfig,
  options: ConfigOptions = {},
): Promise<unknown> {
  let config = base;
  const layers: Layer[] = [];
  const lay = (path: string, value: unknown, layer: Layer) => {
    config = setAt(config, path.split('.'), value);
    layers.push(layer);
  };

  if (options.config !== undefined) {
    const { value, place } = parseYaml(await readConfigFile(options.config), { name: options.config });
    if (!isPlain(value)) {
      const received = value === null ? 'an empty file' : shownValue(value);
      throw new UsageError(`${options.config}: expected keys with values, received ${received}`);
    }
    config = merge(config, value);
    layers.push({
      reach: (path) => reachOf(value, path),
      place: (path) => place(path.slice(0, reachOf(value, path))),
    });
  }
  for (const assignment of options.set ?? []) {
    const [path, text] = splitAssignment(assignment);
    const { value } = parseYaml(text, { name: `--set ${path}`, lines: false });
    lay(path, value, optionLayer(`--set ${path}`, path.split('.'), true));
  }
  for (const [option, path, epochs] of epochOptions(options, kind.kind, epochPaths)) {
    lay(path, epochs, optionLayer(option, path.split('.')));
  }
  return await validateConfig(kind.schema, config, { layers, name, like: base });
}

/** How much of a path a value has. */
function reachOf(value: unknown, path: Path): number {
  const missing = path.findIndex((_, index) => valueAt(value, path.slice(0, index + 1)) === undefined);
  return missing < 0 ? path.length : missing;
}

function epochOptions(
  { epochs, epochsIe, epochsExpert }: ConfigOptions,
  kind: string,
  paths: EpochPaths | undefined,
): [option: string, path: string, epochs: number][] {
  const given = [
    ['--epochs', 'ie', epochsIe === undefined ? epochs : undefined],
    ['--epochs', 'expert', epochsExpert === undefined ? epochs : undefined],
    ['--epochs-ie', 'ie', epochsIe],
    ['--epochs-expert', 'expert', epochsExpert],
  ] as const;
  return given.flatMap(([option, stage, count]) => {
    if (count === undefined) return [];
    if (paths === undefined) {
      throw new UsageError(
        `${option}: expected a two-stage detector, received ${kind}; --set changes its configuration`,
      );
    }
    return [[option, paths[stage], count]];
  });
}

function splitAssignment(assignment: string): [path: string, value: string] {
  const equals = assignment.indexOf('=');
  const path = assignment.slice(0, Math.max(0, equals));
  const keys = path.split('.');
  if (keys.includes('') || keys.includes('__proto__')) {
    throw new UsageError(`--set: expected key=value, with keys joined by dots, received ${assignment}`);
  }
  return [path, assignment.slice(equals + 1)];
}
