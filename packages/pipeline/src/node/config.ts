import type { DetectorKind } from '@utad/detector';
import { usageError } from '../errors';
import { parseYaml, readConfigFile } from './config-file';
import { isPlain, merge, type Path, setAt, sharedLength, valueAt } from './config-path';
import { type Layer, shownValue, validateConfig } from './config-schema';

/** What is laid over the configuration of a detector, in this order. */
export interface ConfigOptions {
  /** Keys and values laid over what is begun with, or the path of a file of YAML or JSON with them. */
  readonly config?: string | Readonly<Record<string, unknown>>;
  /** Single values as `key=value`, keys joined by dots, values in YAML. */
  readonly set?: readonly string[];
  /**
   * Values by the names of the kind's `shortcuts`, such as `epochs`; texts are YAML. One that sets fewer paths comes over one
   * that sets more.
   */
  readonly shortcuts?: Readonly<Record<string, unknown>>;
}

/** What a configuration is made from. */
export interface BaseConfig {
  readonly kind: Pick<DetectorKind, 'kind' | 'schema' | 'shortcuts'>;
  /** The configuration to begin with. */
  readonly base: unknown;
  /** What messages call it. */
  readonly name: string;
}

/** Whether any of these options was given. */
export function changesConfig({ config, set = [], shortcuts = {} }: ConfigOptions): boolean {
  return config !== undefined || set.length > 0 || Object.keys(shortcuts).length > 0;
}

/**
 * A configuration with a file, then single values, then shortcuts laid over it, as the detector's schema reads it.
 *
 * @throws PipelineError `usage` that names place, key, value and what is allowed.
 */
export async function loadConfig(
  { kind, base, name }: BaseConfig,
  options: ConfigOptions = {},
): Promise<unknown> {
  let config = base;
  const layers: Layer[] = [];
  const setPath = (path: string, value: unknown, layer: Layer) => {
    config = setAt(config, path.split('.'), value);
    layers.push(layer);
  };

  if (options.config !== undefined) {
    const { value, place } =
      typeof options.config === 'string'
        ? parseYaml(await readConfigFile(options.config), { name: options.config })
        : { value: options.config, place: () => '`config`' };
    if (!isPlain(value)) {
      const received = value === null ? 'an empty file' : shownValue(value);
      throw usageError(`${place([])}: expected keys with values, received ${received}`);
    }
    config = merge(config, value);
    layers.push({
      reach: (path) => reachOf(value, path),
      place: (path) => place(path.slice(0, reachOf(value, path))),
    });
  }
  for (const assignment of options.set ?? []) {
    const [path, text] = splitAssignment(assignment);
    const { value } = parseYaml(text, { name: `\`set\` ${path}`, lines: false });
    setPath(path, value, optionLayer(`\`set\` ${path}`, path.split('.'), true));
  }
  for (const { option, paths, value } of shortcutsOf(kind, options.shortcuts)) {
    for (const path of paths) setPath(path, value, optionLayer(`\`${option}\``, path.split('.')));
  }
  return await validateConfig(kind.schema, config, { layers, name, like: base });
}

/** How much of a path a value has. */
function reachOf(value: unknown, path: Path): number {
  const missing = path.findIndex((_, index) => valueAt(value, path.slice(0, index + 1)) === undefined);
  return missing < 0 ? path.length : missing;
}

/** A layer of one value, from an option. */
function optionLayer(place: string, path: Path, named = false): Layer {
  return {
    reach: (other) => sharedLength(other, path),
    place: () => place,
    names: (other) => named && other.length === path.length && sharedLength(other, path) === path.length,
  };
}

interface Shortcut {
  readonly option: string;
  readonly paths: readonly string[];
  readonly value: unknown;
}

/** Those given, with the paths that they set: the widest first. */
function shortcutsOf(
  { kind, shortcuts = {} }: BaseConfig['kind'],
  given: ConfigOptions['shortcuts'] = {},
): Shortcut[] {
  const found = Object.entries(given).map(([option, text]): Shortcut => {
    const paths = Object.hasOwn(shortcuts, option) ? shortcuts[option] : undefined;
    if (paths !== undefined) {
      const name = `\`${option}\``;
      const value = typeof text === 'string' ? parseYaml(text, { name, lines: false }).value : text;
      return { option, paths, value };
    }
    const known = Object.keys(shortcuts);
    const others = known.length === 0 ? '' : `, which has ${known.join(', ')}`;
    throw usageError(
      `expected a detector that has this option, received ${kind}${others}; \`set\` changes its configuration`,
      option,
    );
  });
  return found.sort((a, b) => b.paths.length - a.paths.length);
}

function splitAssignment(assignment: string): [path: string, value: string] {
  const equals = assignment.indexOf('=');
  const path = assignment.slice(0, Math.max(0, equals));
  const keys = path.split('.');
  if (keys.includes('') || keys.includes('__proto__')) {
    throw usageError(`expected key=value, with keys joined by dots, received ${assignment}`, 'set');
  }
  return [path, assignment.slice(equals + 1)];
}
