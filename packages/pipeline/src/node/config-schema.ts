import type { DetectorKind } from '@utad/detector';
import { closestMatch } from 'leven';
import { usageError } from '../errors';
import { isPlain, type Path, type Plain, pathText, valueAt } from './config-path';

/** What was laid over a configuration, in the order in which it was laid. */
export interface Layer {
  /** How much of a path this layer set: the number of its keys, from the start. */
  reach(path: Path): number;
  /** What a message about the value at this path begins with, such as `mine.yaml:3:5`. */
  place(path: Path): string;
  /** Whether the place already names this path. */
  names?(path: Path): boolean;
}

/**
 * The layer to blame for the value at a path: the one that set most of it, and of several the last one. Undefined where
 * none set any of it.
 */
function layerOf(layers: readonly Layer[], path: Path): Layer | undefined {
  const touching = layers.filter((layer) => path.length === 0 || layer.reach(path) > 0);
  const [best] = touching.toReversed().sort((a, b) => b.reach(path) - a.reach(path));
  return best;
}

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
 * @throws PipelineError `usage` that names the place, the key, the value and what is allowed, for the first thing that is wrong.
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
  if (first === undefined) throw usageError(`${name}: expected a valid configuration, received another`);
  const layer = layerOf(layers, first.path);
  const place = layer?.place(first.path) ?? (await placeOfAll(schema, layers, { like, name }));
  const key =
    layer?.names?.(first.path) === true || first.path.length === 0 ? '' : `${pathText(first.path)}: `;
  const sentence = first.unknownKey
    ? unknownKey(first.path, config, schema, like)
    : wrongValue(first, config, schema);
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw usageError(`${place}: ${key}${sentence}${more}`);
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

const LONGEST = 60;

/** A value in a message: as JSON, and cut where it is long. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/**
 * The schemas that may hold for a part of a value, from a JSON Schema of the whole. Where a union has an alternative
 * with the same constants as the value, such as a `kind`, only that one is looked into.
 */
function schemasAt(root: Plain, value: unknown, path: Path): Plain[] {
  let schemas = alternatives(root, root);
  let part = value;
  for (const key of path) {
    schemas = fitting(schemas, part, key)
      .flatMap((schema) => insideOf(schema, key))
      .flatMap((schema) => alternatives(schema, root));
    part = valueAt(part, [key]);
  }
  return schemas;
}

/** Those of some schemas whose constants a value has, but for one key; all where it has those of none. */
function fitting(schemas: Plain[], value: unknown, except?: PropertyKey): Plain[] {
  const found = schemas.filter((schema) => constantsFit(schema, value, except));
  return found.length > 0 ? found : schemas;
}

/** What such schemas allow, in words; undefined where they say nothing that can be told. */
function describeSchemas(schemas: readonly Plain[]): string | undefined {
  const constants = schemas.flatMap(constantsOf);
  const others = schemas.filter((schema) => constantsOf(schema).length === 0);
  const words = others.map(describe);
  if (words.includes(undefined) || schemas.length === 0) return undefined;
  const listed = constants.map((constant) => JSON.stringify(constant)).join(', ');
  const choice = constants.length > 1 ? `one of ${listed}` : listed;
  return [...new Set([choice, ...words])].filter(Boolean).join(' or ');
}

/** The keys that such schemas know. */
function keysOf(schemas: readonly Plain[]): string[] {
  return [
    ...new Set(schemas.flatMap(({ properties }) => (isPlain(properties) ? Object.keys(properties) : []))),
  ];
}

/** A schema without its unions and references, which stand for the schemas inside them. */
function alternatives(schema: Plain, root: Plain, depth = 0): Plain[] {
  const { anyOf, oneOf, type, $ref } = schema;
  if (Array.isArray(type)) return type.map((one) => ({ ...schema, type: one }));
  const union = Array.isArray(anyOf) ? anyOf : oneOf;
  if (Array.isArray(union)) {
    return union.filter(isPlain).flatMap((inner) => alternatives(inner, root, depth + 1));
  }
  // A reference to itself would go on for ever.
  if (typeof $ref !== 'string' || depth > 16) return [schema];
  const target = valueAt(root, $ref.split('/').slice(1));
  return isPlain(target) ? alternatives(target, root, depth + 1) : [];
}

function insideOf(
  { properties, additionalProperties, prefixItems, items }: Plain,
  key: PropertyKey,
): Plain[] {
  const listed = Array.isArray(prefixItems) ? prefixItems[Number(key)] : undefined;
  const candidates = [isPlain(properties) ? valueAt(properties, [key]) : undefined, listed];
  const known = candidates.filter(isPlain);
  return known.length > 0 ? known : [additionalProperties, items].filter(isPlain);
}

/** Whether a value has what a schema holds constant, but for the key that is asked about. */
function constantsFit({ properties }: Plain, value: unknown, except: PropertyKey | undefined): boolean {
  if (!isPlain(properties)) return !isPlain(value);
  return Object.entries(properties).every(([key, schema]) => {
    const constant = key !== except && isPlain(schema) ? schema.const : undefined;
    return constant === undefined || valueAt(value, [key]) === constant;
  });
}

function constantsOf(schema: Plain): unknown[] {
  if (schema.const !== undefined) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : [];
}

function describe(schema: Plain): string | undefined {
  switch (schema.type) {
    case 'integer':
      return `a whole number${rangeOf(schema)}`;
    case 'number':
      return `a number${rangeOf(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'string':
      return typeof schema.pattern === 'string' ? `a text that matches /${schema.pattern}/` : 'a text';
    case 'array':
      return `a list${lengthOf(schema)}${itemsOf(schema)}`;
    case 'object': {
      const keys = keysOf([schema]);
      return keys.length > 0 ? `a group of the keys ${keys.join(', ')}` : 'a group of keys';
    }
    default:
      return undefined;
  }
}

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: Plain): string {
  const from = isBound(minimum) ? `of at least ${minimum}` : '';
  const above = isBound(exclusiveMinimum) ? `greater than ${exclusiveMinimum}` : '';
  const to = isBound(maximum) ? `of at most ${maximum}` : '';
  const below = isBound(exclusiveMaximum) ? `less than ${exclusiveMaximum}` : '';
  const between =
    from !== '' && to !== '' && below === '' && above === '' ? `from ${minimum} to ${maximum}` : '';
  const range = between || [above || from, below || to].filter(Boolean).join(' and ');
  const multiple = typeof multipleOf === 'number' ? `, a multiple of ${multipleOf}` : '';
  return `${range && ` ${range}`}${multiple}`;
}

/** A limit that somebody chose, and not that of what numbers can hold exactly. */
function isBound(limit: unknown): limit is number {
  return typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
}

function lengthOf({ minItems, maxItems }: Plain): string {
  if (typeof minItems === 'number' && minItems === maxItems) return ` of ${minItems} values`;
  if (typeof minItems === 'number' && minItems > 0)
    return ` of at least ${minItems} value${minItems === 1 ? '' : 's'}`;
  return typeof maxItems === 'number' ? ` of at most ${maxItems} values` : '';
}

function itemsOf({ prefixItems, items }: Plain): string {
  const kinds = Array.isArray(prefixItems) ? prefixItems.filter(isPlain) : isPlain(items) ? [items] : [];
  const [words, ...others] = new Set(kinds.map(describe));
  return words === undefined || others.length > 0 ? '' : `, each ${words}`;
}
