import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { readSafetensors } from '../load/from-safetensors';
import { type ManifestOptions, vgg19WeightsFromManifest } from '../manifest';
import type { Vgg19Weights } from '../weights';
import { listed, unusable, WeightsError } from '../weights-error';
import { withFile } from './open-bytes';

/** What a folder is looked through for, in this order. */
const FILES = ['weights_manifest.json', 'model.json', 'model.safetensors'];

/**
 * VGG-19 weights from a file, a `.safetensors` one or a TensorFlow.js manifest, or from a folder with
 * `weights_manifest.json`, `model.json` or `model.safetensors`. Which of them it is shows in the content. They are called
 * as the file says, else after the folder or the file, unless the options say otherwise. Of a safetensors file only the
 * parts needed are read.
 *
 * @throws WeightsError as {@link vgg19WeightsFromManifest} and {@link vgg19WeightsFromSafetensors}, and when a file is not
 *   there, cannot be read, or is neither.
 */
export async function readVgg19Weights(path: string, options: ManifestOptions = {}): Promise<Vgg19Weights> {
  const file = await weightsFile(resolve(path));
  const folder = dirname(file);
  if (await looksLikeSafetensors(file)) {
    return withFile(file, (source) => readSafetensors(source, options, nameOf(file)));
  }
  const manifest = parseJson(file, await readBytes(file));
  return vgg19WeightsFromManifest(manifest, (shard) => readBytes(join(folder, shard)), {
    name: basename(folder),
    ...options,
  });
}

/** A file of which only the folder tells from others is called after the folder. */
function nameOf(file: string): string {
  const name = basename(file);
  return FILES.includes(name) ? basename(dirname(file)) : basename(file, extname(file));
}

async function weightsFile(path: string): Promise<string> {
  let entries: string[];
  try {
    entries = await readdir(path);
  } catch (cause) {
    if (hasCode(cause, 'ENOTDIR')) return path;
    throw unreadable(path, cause);
  }
  const name = FILES.find((candidate) => entries.includes(candidate));
  if (name === undefined) {
    throw unusable('unreadable', `${FILES.join(' or ')} in ${path}, found ${listed(entries, 10)}`, path);
  }
  return join(path, name);
}

/** It begins with a length whose upper bytes are 0, which no JSON has. */
async function looksLikeSafetensors(file: string): Promise<boolean> {
  try {
    return await withFile(file, async (source) => (await source.read(0, 8))[7] === 0);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function parseJson(file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    const expected = `a safetensors file or a manifest in JSON in ${file}, received ${bytes.length} bytes of neither`;
    throw unusable('malformed', `${expected} (${reason(cause)})`, file, { cause });
  }
}

export function unreadable(path: string, cause: unknown): WeightsError {
  return new WeightsError('unreadable', `VGG-19 weights: cannot read ${path}: ${reason(cause)}`, path, {
    cause,
  });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
