import { isPlain, type Plain } from './merge';
import { type Path, valueAt } from './path';

/**
 * The schemas that may hold for a part of a value, from a JSON Schema of the whole. Where a union has an alternative
 * with the same constants as the value, such as a `kind`, only that one is looked into.
 */
export function schemasAt(root: Plain, value: unknown, path: Path): Plain[] {
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
export function fitting(schemas: Plain[], value: unknown, except?: PropertyKey): Plain[] {
  const found = schemas.filter((schema) => constantsFit(schema, value, except));
  return found.length > 0 ? found : schemas;
}

/** What such schemas allow, in words; undefined where they say nothing that can be told. */
export function describeSchemas(schemas: readonly Plain[]): string | undefined {
  const constants = schemas.flatMap(constantsOf);
  const others = schemas.filter((schema) => constantsOf(schema).length === 0);
  const words = others.map(describe);
  if (words.includes(undefined) || schemas.length === 0) return undefined;
  const listed = constants.map((constant) => JSON.stringify(constant)).join(', ');
  const choice = constants.length > 1 ? `one of ${listed}` : listed;
  return [...new Set([choice, ...words])].filter(Boolean).join(' or ');
}

/** The keys that such schemas know. */
export function keysOf(schemas: readonly Plain[]): string[] {
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
