import { execFile } from 'node:child_process';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import * as core from '@utad/core';
import type { AnomalyDetector, DetectorKind } from '@utad/detector';
import * as detector from '@utad/detector';
import { entryType, expectPlainFile, FileError } from '@utad/files/node';
import * as layers from '@utad/layers';
import * as training from '@utad/training';
import { twoStageKind } from '@utad/two-stage';
import { resolve as resolveImport } from 'import-meta-resolve';
import { closestMatch } from 'leven';
import * as z from 'zod';
import { type PipelineError, usageError } from '../errors';

/** The kinds of detectors that need no module to bring them, the default one first. */
export const BUILT_IN: readonly [DetectorKind, ...DetectorKind[]] = [twoStageKind];

/** What names a kind of detector: one that is built in, the path or package of a module that brings one, or itself. */
export type DetectorOption = string | DetectorKind;

/** A kind of detector, and the URL of the module that it came from, if it came from one. */
export interface FoundKind {
  /** What makes its detectors. */
  readonly kind: DetectorKind;
  /** A file URL; null for what is built in or was given as an object. */
  readonly module: string | null;
}

const NAMES = BUILT_IN.map(({ kind }) => kind);

/**
 * The kind of detector that is meant; the default one where none is.
 *
 * @throws PipelineError `usage` where it means none.
 */
export async function findDetector(option?: DetectorOption): Promise<FoundKind> {
  if (option === undefined) return { kind: BUILT_IN[0], module: null };
  if (typeof option === 'object') {
    if (isDetectorKind(option)) return { kind: option, module: null };
    throw usageError(`expected a DetectorKind, received ${problemOfKind(option)}`, 'detector');
  }
  const builtIn = BUILT_IN.find(({ kind }) => kind === option);
  if (builtIn !== undefined) return { kind: builtIn, module: null };
  const module = await resolveModule(option, NAMES);
  const kind = await importDetector(module, option);
  if (NAMES.includes(kind.kind)) {
    throw usageError(
      `\`detector\` ${option}: expected a kind with a name of its own, received ${kind.kind}, which is built in`,
    );
  }
  return { kind, module };
}

/**
 * The kind of something that was made by one, such as a bundle. Only what the caller names is imported, whatever a file
 * says.
 *
 * @param remembered URL of the module that a run says brought it, for the message.
 * @throws PipelineError `usage` where it is of another kind.
 */
export async function findDetectorOf(
  kind: string,
  option?: DetectorOption,
  remembered?: string | null,
): Promise<FoundKind> {
  const known = option === undefined ? BUILT_IN.map(builtIn) : [await findDetector(option)];
  const found = known.find((one) => one.kind.kind === kind);
  if (found !== undefined) return found;
  const names = known.map((one) => one.kind.kind).join(', ');
  const hint = remembered
    ? `the run was made with \`detector\` ${shownModule(remembered)}: say so again`
    : '`detector` FILE brings others';
  throw usageError(`expected a detector of kind ${names}, received ${kind}; ${hint}`);
}

/** As a user would write it: a path from the working folder where the module lies in it. */
function shownModule(url: string): string {
  if (!URL.canParse(url) || new URL(url).protocol !== 'file:') return url;
  const path = fileURLToPath(url);
  const below = relative('', path);
  return isAbsolute(below) || below.startsWith('..') ? path : `.${sep}${below}`;
}

/**
 * {@link findDetectorOf} where things of several kinds are opened: what is built in needs no option.
 *
 * @throws PipelineError `usage` where none of the options brings the kind.
 */
export async function findDetectorAmong(
  kind: string,
  options: readonly DetectorOption[],
): Promise<FoundKind> {
  const found = BUILT_IN.find((one) => one.kind === kind);
  if (found !== undefined) return builtIn(found);
  for (const option of options) {
    const brought = await findDetector(option);
    if (brought.kind.kind === kind) return brought;
  }
  const received = options.map((option) => (typeof option === 'string' ? option : option.kind));
  throw usageError(
    `expected a detector of kind ${kind}, received ${received.join(', ') || 'none'}; \`detector\` FILE brings one`,
  );
}

const builtIn = (kind: DetectorKind): FoundKind => ({ kind, module: null });

/**
 * A preset of a kind, its default one where none is named.
 *
 * @throws PipelineError `usage` where there is none of this name.
 */
export function presetOf(kind: DetectorKind, name?: string): { name: string; config: unknown } {
  const names = Object.keys(kind.presets);
  const chosen = name ?? kind.defaultPreset ?? names[0] ?? '';
  if (Object.hasOwn(kind.presets, chosen)) return { name: chosen, config: kind.presets[chosen] };
  const near = closestMatch(chosen, names, { maxDistance: 2 });
  throw usageError(
    `expected a preset of ${kind.kind}: ${names.join(', ')}, received ${chosen}${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}

const METHODS = ['fit', 'predict', 'state', 'dispose'] as const;

/**
 * Looks at a detector that a kind made, so that what is missing shows before training rather than after it.
 *
 * @throws TypeError that names what is wrong.
 */
export function checkDetector(detector: AnomalyDetector, kind: string): void {
  const wrong = (expected: string, received: unknown) =>
    new TypeError(
      `${kind}: expected a detector with ${expected}, received ${JSON.stringify(received) ?? 'none'}`,
    );
  if (typeof detector !== 'object' || detector === null) throw wrong('its methods', detector);
  if (detector.kind !== kind) throw wrong(`kind ${kind}`, detector.kind);
  const { inputSize, reduction } = detector;
  if (
    !Array.isArray(inputSize) ||
    inputSize.length !== 2 ||
    !inputSize.every((side) => Number.isInteger(side) && side > 0)
  ) {
    throw wrong('an inputSize of height and width', inputSize);
  }
  if (reduction !== undefined && !isReduction(reduction)) {
    throw wrong('a reduction of mean, max, a quantile or a highest share', reduction);
  }
  for (const method of METHODS) {
    if (typeof detector[method] !== 'function') throw wrong(`a method ${method}`, detector[method]);
  }
}

const anyFunction = z.custom<(...args: never) => unknown>(
  (value) => typeof value === 'function',
  'expected a function',
);

function isReduction(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === 'mean' || value === 'max';
  const [share, ...more] = Object.values(value);
  return more.length === 0 && typeof share === 'number' && share >= 0 && share <= 1;
}

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
    assets: z.array(z.string()).optional(),
    shortcuts: z.record(z.string(), z.array(z.string())).optional(),
    create: anyFunction,
    restore: anyFunction,
  })
  .refine(
    ({ presets, defaultPreset }) => defaultPreset === undefined || Object.hasOwn(presets, defaultPreset),
    {
      path: ['defaultPreset'],
      message: 'expected the name of a preset',
    },
  );

function isDetectorKind(value: unknown): value is DetectorKind {
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

/** What a module's function is given, instead of importing it: the very libraries that it is computed with here. */
const context = { core, detector, layers, tf, training };

/**
 * Imports a module that brings a kind of detector: its default export, or what that gives when it is a function of
 * `{ core, detector, layers, tf, training }`.
 *
 * @throws PipelineError `usage`, with the module's own words, where it does not load or brings something else.
 */
async function importDetector(url: string, name: string): Promise<DetectorKind> {
  const exported = await defaultExport(url).catch(async (cause: unknown) => {
    const line = cause instanceof SyntaxError ? await lineOfMistake(url) : '';
    const place = `\`detector\` ${name}${line}`;
    throw usageError(`${place}: expected a module that loads, received ${messageOf(cause)}`, undefined, {
      cause,
    });
  });
  const kind = typeof exported === 'function' ? await call(exported, name) : exported;
  if (isDetectorKind(kind)) return kind;
  throw usageError(
    `\`detector\` ${name}: expected a DetectorKind, or a function that gives one, as its default export, received ${problemOfKind(kind)}`,
  );
}

async function defaultExport(url: string): Promise<unknown> {
  // Node 20 reports what a CommonJS module throws twice: to whoever imports it, and as a rejection that nobody handled,
  // which would end the process.
  const unhandled: unknown[] = [];
  const keep = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', keep);
  // A module that brings a copy of TensorFlow.js would have it warn of some 340 kernels that are registered already.
  tf.env().set('IS_TEST', true);
  try {
    const module: object = await import(/* @vite-ignore */ url);
    await setImmediate();
    if (unhandled.length > 0) throw unhandled[0];
    return Reflect.get(module, 'default');
  } finally {
    await setImmediate();
    process.off('unhandledRejection', keep);
    tf.env().set('IS_TEST', false);
  }
}

async function call(make: CallableFunction, name: string): Promise<unknown> {
  try {
    return await Reflect.apply(make, undefined, [context]);
  } catch (cause) {
    throw usageError(
      `\`detector\` ${name}: expected its default export to give a DetectorKind, received ${messageOf(cause)}`,
      undefined,
      { cause },
    );
  }
}

/** An error in its own words. */
function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** The line where a file is no JavaScript, which Node tells on stderr alone; empty where another file is not. */
async function lineOfMistake(url: string): Promise<string> {
  return promisify(execFile)(process.execPath, ['--check', fileURLToPath(url)]).then(
    () => '',
    (error: unknown) => /:\d+(?=\n)/.exec(String(Reflect.get(Object(error), 'stderr')))?.[0] ?? '',
  );
}

/**
 * The URL of a module that the user named: a path, a file URL, or a package that a module in the working folder could
 * import.
 *
 * @param builtIn Names that would have done instead, for the message.
 * @throws PipelineError `usage` where there is no such module.
 */
export async function resolveModule(name: string, builtIn: readonly string[]): Promise<string> {
  if (name.startsWith('file:')) {
    const url = URL.canParse(name) ? new URL(name) : undefined;
    if (url !== undefined && (await entryType(url)) === 'file') return await fileModule(fileURLToPath(url));
    throw missing(name, builtIn);
  }
  const path = resolve(name);
  if ((await entryType(path)) === 'file') return await fileModule(path);
  if (name.startsWith('.') || isAbsolute(name)) throw missing(name, builtIn);
  try {
    // Ends in a slash: the working folder itself is no module.
    return resolveImport(name, pathToFileURL(resolve('_')).href);
  } catch (cause) {
    throw missing(name, builtIn, cause);
  }
}

/** Importing a pipe or a device would never end. */
async function fileModule(path: string): Promise<string> {
  await expectPlainFile(path).catch((error: unknown) => {
    throw error instanceof FileError ? usageError(error.message, 'detector') : error;
  });
  return pathToFileURL(path).href;
}

function missing(name: string, builtIn: readonly string[], cause?: unknown): PipelineError {
  const near = closestMatch(name, builtIn, { maxDistance: 3 });
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return usageError(
    `expected ${builtIn.join(', ')}, the path of a module, or a package that is installed here, received ${name}, which is none of them${hint}`,
    'detector',
    { cause },
  );
}
