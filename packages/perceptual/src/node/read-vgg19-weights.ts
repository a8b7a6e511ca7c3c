import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { expectPlainFile, isSystemError } from '@utad/files/node';
import { WEIGHT_FILES } from '../load/fetch-vgg19-weights';
import { type Vgg19ManifestOptions, vgg19WeightsFromManifest } from '../load/manifest';
import { type ByteSource, channelWeightsFromSafetensors, readSafetensors } from '../load/safetensors';
import type { Vgg19Weights } from '../weights';
import { listed, unusable, WeightsError } from '../weights-error';

/**
 * VGG-19 weights from a file, a `.safetensors` one or a TensorFlow.js manifest, or from a folder with
 * `weights_manifest.json`, `model.json` or `model.safetensors`. Which of them it is shows in the content. They are called
 * as the file says, else after the folder or the file, unless the options say otherwise. Of a safetensors file only the
 * parts needed are read.
 *
 * @throws WeightsError as {@link vgg19WeightsFromManifest} and {@link vgg19WeightsFromSafetensors}, and when a file is not
 *   there, cannot be read, or is neither.
 */
export async function readVgg19Weights(
  path: string,
  options: Vgg19ManifestOptions = {},
): Promise<Vgg19Weights> {
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
  return WEIGHT_FILES.includes(name) ? basename(dirname(file)) : basename(file, extname(file));
}

async function weightsFile(path: string): Promise<string> {
  let entries: string[];
  try {
    entries = await readdir(path);
  } catch (cause) {
    if (isSystemError(cause, 'ENOTDIR')) return path;
    throw unreadable(path, cause);
  }
  const name = WEIGHT_FILES.find((candidate) => entries.includes(candidate));
  if (name === undefined) {
    const expected = `${WEIGHT_FILES.join(' or ')} in ${path}, found ${listed(entries, 10)}`;
    throw unusable('unreadable', expected, path);
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
    await expectPlainFile(file);
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

function unreadable(path: string, cause: unknown): WeightsError {
  return new WeightsError('unreadable', `VGG-19 weights: cannot read ${path}: ${reason(cause)}`, path, {
    cause,
  });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The channel weights of a scorer from a `.safetensors` file on the disk.
 *
 * @param layers of the extractor, in its order.
 * @throws WeightsError as {@link channelWeightsFromSafetensors}, and `unreadable` when there is no such file.
 */
export async function readChannelWeights(path: string, layers: readonly string[]): Promise<Float32Array[]> {
  try {
    return await withFile(path, (file) => channelWeightsFromSafetensors(file, layers));
  } catch (error) {
    throw error instanceof WeightsError ? error : unreadable(path, error);
  }
}

/** Does something with a file of which any part can be read. */
async function withFile<T>(path: string, use: (file: ByteSource) => Promise<T>): Promise<T> {
  await expectPlainFile(path);
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    return await use({ size, read: (offset, length) => read(handle, offset, length) });
  } finally {
    await handle.close();
  }
}

/** Fewer bytes only where the file ends. */
async function read(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
