import type { DetectorKind } from '@utad/detector';
import { closestMatch } from 'leven';
import { UsageError } from '../errors';
import { describeSchemas, fitting, keysOf, schemasAt } from './describe-schema';
import { type Layer, layerOf } from './layers';
import { isPlain, type Plain } from './merge';
import { type Path, pathText, valueAt } from './path';
import { shownValue } from './shown-value';

export interface ValidateOptions {
  /** What the configuration was made from. */
  readonly layers: readonly Layer[];
  /** What messages call the configuration where no layer is to blame. */
  readonly name: string;
  /** What was begun with: where the schema does not tell its keys, those of this one are known. */
  readonly like: unknown;
}

type Schema = NonNullable<DetectorKind['schema']>;

/** One thing that is wrong. */
interface Problem {
  readonly path: Path;
  readonly unknownKey: boolean;
  /** What the schema's library says. */
  readonly message: string;
  /** What zod calls this kind of problem. */
  readonly code: string | undefined;
}

/**
 * The configuration as its schema reads it, with defaults filled in; as it is where there is no schema.
 *
 * @throws UsageError that names the place, the key, the value and what is allowed, for the first thing that is wrong.
 */
export async function validateConfig(
  schema: Schema | undefined,
  config: unknown,
  { layers, name, like }: ValidateOptions,
): Promise<unknown> {
  if (schema === undefined) return config;
  const result = await schema['~standard'].validate(config);
  if (result.issues === undefined) return result.value;
  const problems = result.issues.flatMap(problemsOf);
  // A mistyped key is often why another is missing.
  const first = problems.find(({ unknownKey }) => unknownKey) ?? problems[0];
  if (first === undefined) throw new UsageError(`${name}: expected a valid configuration, received another`);
  const layer = layerOf(layers, first.path);
  const place = layer?.place(first.path) ?? (await placeOfAll(schema, layers, { like, name }));
  const key =
    layer?.names?.(first.path) === true || first.path.length === 0 ? '' : `${pathText(first.path)}: `;
  const sentence = first.unknownKey
    ? unknownKey(first.path, config, schema, like)
    : wrongValue(first, config, schema);
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new UsageError(`${place}: ${key}${sentence}${more}`);
}

/** Of something wrong that no layer set: what was begun with may be wrong itself, or does not go with some layer. */
async function placeOfAll(
  schema: Schema,
  layers: readonly Layer[],
  { like, name }: Pick<ValidateOptions, 'like' | 'name'>,
): Promise<string> {
  const begun = await schema['~standard'].validate(like);
  if (begun.issues !== undefined || layers.length === 0) return name;
  return [...new Set(layers.map((layer) => layer.place([])))].join(', ');
}

function problemsOf(issue: {
  message: string;
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
}): Problem[] {
  const { message } = issue;
  const path = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  const code: unknown = Reflect.get(issue, 'code');
  const keys: unknown = Reflect.get(issue, 'keys');
  if (code === 'unrecognized_keys' && Array.isArray(keys)) {
    return keys.map((key) => ({ path: [...path, String(key)], unknownKey: true, message, code }));
  }
  return [{ path, unknownKey: false, message, code: typeof code === 'string' ? code : undefined }];
}

function unknownKey(path: Path, config: unknown, schema: Schema, like: unknown): string {
  const group = path.slice(0, -1);
  const told = keysOf(fitting(schemasAt(jsonSchemaOf(schema) ?? {}, config, group), valueAt(config, group)));
  const there = valueAt(like, group);
  const known = told.length > 0 || !isPlain(there) ? told : Object.keys(there);
  const key = String(path.at(-1));
  const near = closestMatch(key, known, { maxDistance: Math.max(2, Math.floor(key.length / 3)) });
  const allowed = known.length > 0 ? `expected one of the keys ${known.join(', ')}` : 'expected no such key';
  return `${allowed}, received ${key}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** Problems that a JSON Schema tells better: with every limit, and not only the one that was hit first. */
const DESCRIBED = new Set([
  'invalid_type',
  'invalid_value',
  'invalid_union',
  'invalid_format',
  'too_small',
  'too_big',
  'not_multiple_of',
]);

function wrongValue({ path, message, code }: Problem, config: unknown, schema: Schema): string {
  const received = shownValue(valueAt(config, path));
  const root = code !== undefined && DESCRIBED.has(code) ? jsonSchemaOf(schema) : undefined;
  const described = root && describeSchemas(schemasAt(root, config, path));
  if (described !== undefined) return `expected ${described}, received ${received}`;
  const told = message.replace(/^(Invalid|Too) [a-z]+: /, '').replace(/, received [^,]*$/, '');
  return `${told}, received ${received}`;
}

/** What the schema allows as JSON Schema, where its library can say it (https://standardschema.dev/json-schema). */
function jsonSchemaOf(schema: Schema): Plain | undefined {
  const converter: unknown = Reflect.get(schema['~standard'], 'jsonSchema');
  if (!isPlain(converter) || typeof converter.input !== 'function') return undefined;
  try {
    const described: unknown = converter.input({ target: 'draft-2020-12' });
    return isPlain(described) ? described : undefined;
  } catch {
    // Not every schema has such a form, and messages do without it.
    return undefined;
  }
}
