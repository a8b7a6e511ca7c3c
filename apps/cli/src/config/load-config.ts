import { type TwoStageConfig, twoStageConfig, twoStagePresets } from '@utad/two-stage';
import type { z } from 'zod';
import { UsageError } from '../errors';
import { isPlain, merge, setAt } from './merge';
import { parseYaml, readYaml } from './yaml';

export type PresetName = keyof typeof twoStagePresets;

export function isPresetName(name: string): name is PresetName {
  return Object.hasOwn(twoStagePresets, name);
}

/** What the command line says of the configuration. */
export interface ConfigOptions {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly epochs?: number;
  readonly epochsIe?: number;
  readonly epochsExpert?: number;
}

/** Whether any of these options was given. */
export function changesConfig(options: ConfigOptions): boolean {
  const { config, set = [], epochs, epochsIe, epochsExpert } = options;
  return [config, epochs, epochsIe, epochsExpert].some((value) => value !== undefined) || set.length > 0;
}

/**
 * A configuration with a file, then single values, then numbers of epochs laid over it.
 *
 * @throws UsageError that names key, value and what is allowed.
 */
export async function loadConfig(base: TwoStageConfig, options: ConfigOptions): Promise<TwoStageConfig> {
  let config: unknown = base;
  if (options.config !== undefined) {
    const content = await readYaml(options.config);
    if (!isPlain(content)) {
      throw new UsageError(
        `${options.config}: expected keys with values, received ${JSON.stringify(content)}`,
      );
    }
    config = merge(config, content);
  }
  for (const assignment of options.set ?? []) {
    const [path, text] = splitAssignment(assignment);
    config = setAt(config, path, parseYaml(text, `--set ${assignment}`));
  }
  const { epochs, epochsIe = epochs, epochsExpert = epochs } = options;
  if (epochsIe !== undefined) config = setAt(config, 'training.ieNet.epochs', epochsIe);
  if (epochsExpert !== undefined) config = setAt(config, 'training.expertNet.epochs', epochsExpert);
  return parseConfig(config, base);
}

/** @param like A valid configuration, for the names of keys. */
export function parseConfig(config: unknown, like: TwoStageConfig = twoStagePresets.fast): TwoStageConfig {
  const result = twoStageConfig.safeParse(config);
  if (result.success) return result.data;
  const [issue, ...others] = result.error.issues;
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  throw new UsageError(`config: ${issue ? describe(issue, config, like) : 'not valid'}${more}`);
}

function describe(issue: z.core.$ZodIssue, config: unknown, like: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const group = at(like, issue.path);
    const known = isPlain(group) ? Object.keys(group).join(', ') : '';
    const where = issue.path.length > 0 ? ` of ${issue.path.join('.')}` : '';
    return `expected keys${where} among ${known}, received ${issue.keys.join(', ')}`;
  }
  const received = JSON.stringify(at(config, issue.path)) ?? 'nothing';
  const expected = issue.message.replace(/^Invalid [a-z]+: /, '').replace(/, received [^,]*$/, '');
  return `${issue.path.join('.')}: ${expected}, received ${received}`;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

function splitAssignment(assignment: string): [path: string, value: string] {
  const equals = assignment.indexOf('=');
  if (equals < 1) throw new UsageError(`--set: expected key=value, received ${assignment}`);
  return [assignment.slice(0, equals), assignment.slice(equals + 1)];
}
