import type { DetectorKind } from '@utad/detector';
import { z } from 'zod';

const anyFunction = z.custom<(...args: never) => unknown>(
  (value) => typeof value === 'function',
  'expected a function',
);

/** What of a `DetectorKind` can be seen from outside. */
const shape = z
  .looseObject({
    // It goes into file names of results and into messages.
    kind: z.string().regex(/^[\w.@/-]{1,100}$/, 'expected a name of letters, digits and . _ - / @'),
    presets: z
      .record(z.string(), z.unknown())
      .refine((presets) => Object.keys(presets).length > 0, 'expected at least one preset'),
    defaultPreset: z.string().optional(),
    schema: z
      .custom((value) => {
        const standard =
          (typeof value === 'object' && value !== null) || typeof value === 'function'
            ? Reflect.get(value, '~standard')
            : undefined;
        return (
          typeof standard === 'object' &&
          standard !== null &&
          typeof Reflect.get(standard, 'validate') === 'function'
        );
      }, 'expected a Standard Schema')
      .optional(),
    create: anyFunction,
    load: anyFunction,
  })
  .refine(
    ({ presets, defaultPreset }) => defaultPreset === undefined || Object.hasOwn(presets, defaultPreset),
    {
      path: ['defaultPreset'],
      message: 'expected the name of a preset',
    },
  );

export function isDetectorKind(value: unknown): value is DetectorKind {
  return shape.safeParse(value).success;
}

/** Why a value is no `DetectorKind`. */
export function problemOfKind(value: unknown): string {
  if (value === undefined) return 'none';
  if (value === null) return 'null';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const [issue] = shape.safeParse(value).error?.issues ?? [];
  return issue === undefined ? 'one' : `one whose ${issue.path.join('.')} is wrong: ${issue.message}`;
}
