import { execFile } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import * as detector from '@utad/detector';
import * as training from '@utad/training';
import { UsageError } from '../errors';
import { isDetectorKind, problemOfKind } from './detector-kind-shape';

/** What a module's function is given, instead of importing it: the very libraries that the command line computes with. */
const context = { tf, detector, training };

/**
 * Imports a module that brings a kind of detector: its default export, or what that gives when it is a function of
 * `{ tf, detector, training }`.
 *
 * @throws UsageError, with the module's own words, where it does not load or brings something else.
 */
export async function importDetector(url: string, name: string): Promise<detector.DetectorKind> {
  const exported = await defaultExport(url).catch(async (cause: unknown) => {
    const line = cause instanceof SyntaxError ? await lineOfMistake(url) : '';
    const place = `--detector ${name}${line}`;
    throw new UsageError(`${place}: expected a module that loads, received ${told(cause)}`, { cause });
  });
  const kind = typeof exported === 'function' ? await call(exported, name) : exported;
  if (isDetectorKind(kind)) return kind;
  throw new UsageError(
    `--detector ${name}: expected a DetectorKind, or a function that gives one, as its default export, received ${problemOfKind(kind)}`,
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
    throw new UsageError(
      `--detector ${name}: expected its default export to give a DetectorKind, received ${told(cause)}`,
      { cause },
    );
  }
}

/** An error in its own words. */
function told(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** The line where a file is no JavaScript, which Node tells on stderr alone; empty where another file is not. */
async function lineOfMistake(url: string): Promise<string> {
  return promisify(execFile)(process.execPath, ['--check', fileURLToPath(url)]).then(
    () => '',
    (error: unknown) => /:\d+(?=\n)/.exec(String(Reflect.get(Object(error), 'stderr')))?.[0] ?? '',
  );
}
