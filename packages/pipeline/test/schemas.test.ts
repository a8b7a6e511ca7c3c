import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { validateConfig } from '../src/node/config-schema';

type Schema = Parameters<typeof validateConfig>[0];

const messageOf = (schema: Schema, config: unknown, like = config) =>
  validateConfig(schema, config, { layers: [], name: 'c', like }).then(
    () => 'nothing is wrong',
    (error: unknown) => (error instanceof Error ? error.message : ''),
  );

describe('what a schema of zod allows is told with every limit', () => {
  it.each<[string, z.ZodType, unknown, string]>([
    ['numbers', z.number(), 'x', 'expected a number, received "x"'],
    ['whole numbers', z.number().int(), 0.5, 'expected a whole number, received 0.5'],
    [
      'multiples',
      z.number().int().min(0).multipleOf(8),
      12,
      'expected a whole number of at least 0, a multiple of 8, received 12',
    ],
    ['ranges', z.number().gt(0).lt(1), 2, 'expected a number greater than 0 and less than 1, received 2'],
    ['a limit above', z.number().max(3), 4, 'expected a number of at most 3, received 4'],
    ['switches', z.boolean(), 'yes', 'expected true or false, received "yes"'],
    ['texts', z.string(), 3, 'expected a text, received 3'],
    ['patterns', z.string().regex(/^a+$/), 'b', 'expected a text that matches /^a+$/, received "b"'],
    ['one constant', z.literal('x'), 'y', 'expected "x", received "y"'],
    [
      'choices of several kinds',
      z.union([z.literal('auto'), z.number().int().min(1)]),
      0,
      'expected "auto" or a whole number of at least 1, received 0',
    ],
    ['null', z.number().nullable(), 'x', 'expected a number or null, received "x"'],
    [
      'lists',
      z.array(z.number()).max(2),
      [1, 2, 3],
      'expected a list of at most 2 values, each a number, received [1,2,3]',
    ],
    ['groups of any keys', z.record(z.string(), z.number()), 3, 'expected a group of keys, received 3'],
  ])('%s', async (_, inner, value, expected) => {
    expect(await messageOf(z.strictObject({ a: inner }), { a: value })).toBe(`c: a: ${expected}`);
  });

  it('inside groups of any keys, and groups that refer to themselves', async () => {
    expect(await messageOf(z.strictObject({ a: z.record(z.string(), z.number()) }), { a: { b: 'x' } })).toBe(
      'c: a.b: expected a number, received "x"',
    );
    const tree = z.strictObject({
      value: z.number(),
      get inner() {
        return tree.optional();
      },
    });
    expect(await messageOf(tree, { value: 1, inner: { value: 1, inner: { value: 'x' } } })).toBe(
      'c: inner.inner.value: expected a number, received "x"',
    );
  });

  it('a rule of its own in its own words, and a schema without a JSON form in those of zod', async () => {
    const even = z.number().refine((value) => value % 2 === 0, 'expected an even number');
    expect(await messageOf(z.strictObject({ a: even }), { a: 3 })).toBe(
      'c: a: expected an even number, received 3',
    );
    const date = z.strictObject({ a: z.number().transform(String), d: z.date() });
    expect(await messageOf(date, { a: 'x', d: new Date(0) })).toBe('c: a: expected number, received "x"');
    const like = { a: 1, d: new Date(0) };
    expect(await messageOf(date, { ...like, dd: 1 }, like)).toBe(
      'c: dd: expected one of the keys a, d, received dd; did you mean d?',
    );
  });

  it('of a rule for the whole, the whole is received', async () => {
    const schema = z.strictObject({ a: z.number() }).refine(() => false, 'expected something else');
    expect(await messageOf(schema, { a: 3 })).toBe('c: expected something else, received {"a":3}');
  });
});

describe('a schema of another library', () => {
  const failing = (issue: { message: string; path?: (string | { key: string })[] }) => ({
    '~standard': { version: 1, vendor: 'mine', validate: async () => ({ issues: [issue] }) } as const,
  });

  it('speaks in its own words, with place and value added', async () => {
    const message = 'expected more';
    expect(await messageOf(failing({ message, path: ['a', { key: 'b' }] }), { a: { b: 1 } })).toBe(
      'c: a.b: expected more, received 1',
    );
    expect(await messageOf(failing({ message }), 3)).toBe('c: expected more, received 3');
  });

  it('may fill in what is missing', async () => {
    const schema = {
      '~standard': { version: 1, vendor: 'mine', validate: () => ({ value: { a: 1 } }) },
    } as const;
    expect(await validateConfig(schema, {}, { layers: [], name: 'c', like: {} })).toEqual({ a: 1 });
  });
});
