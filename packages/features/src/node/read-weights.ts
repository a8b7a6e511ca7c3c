import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { ByteSource } from '@utad/files';
import { expectPlainFile, isSystemError } from '@utad/files/node';
import type { Backbone } from '../backbone';
import { WEIGHT_FILES } from '../fetch-weights';
import { weightsFromManifest } from '../manifest';
import { readSafetensors } from '../safetensors';
import type { BackboneWeights, WeightsOptions } from '../weights';
import { listed, unusable, WeightsError } from '../weights-error';

/**
 * Weights from a file, a `.safetensors` one or a TensorFlow.js manifest, or from a folder with `weights_manifest.json`,
 * `model.json` or `model.safetensors`. Which of them it is shows in the content. They are called as the file says, else after
 * the folder or the file, unless the options say otherwise. Of a safetensors file only the parts needed are read.
 *
 * @throws WeightsError as `weightsFromManifest` and `weightsFromSafetensors`, and when a file is not there, cannot be read,
 *   or is neither.
 */
export async function readWeights(
  backbone: Backbone,
  path: string,
  options: WeightsOptions = {},
): Promise<BackboneWeights> {
  const file = await weightsFile(backbone, resolve(path));
  const folder = dirname(file);
  // It begins with a length whose upper bytes are 0, which no JSON has.
  const head = await withWeightsFile(file, ({ read }) => read(0, 8), backbone);
  if (head[7] === 0) {
    const read = (source: ByteSource) => readSafetensors(backbone, source, options, nameOf(file));
    return withWeightsFile(file, read, backbone);
  }
  const manifest = parseJson(backbone, file, await readWhole(backbone, file));
  const name = options.name ?? basename(folder);
  const read = (shard: string) => readWhole(backbone, join(folder, shard));
  return weightsFromManifest(backbone, manifest, read, { ...options, name });
}

/** A file of which only the folder tells from others is called after the folder. */
function nameOf(file: string): string {
  const name = basename(file);
  return WEIGHT_FILES.includes(name) ? basename(dirname(file)) : basename(file, extname(file));
}

async function weightsFile(backbone: Backbone, path: string): Promise<string> {
  let entries: string[];
  try {
    entries = await readdir(path);
  } catch (cause) {
    if (isSystemError(cause, 'ENOTDIR')) return path;
    throw unreadable(backbone, path, cause);
  }
  const name = WEIGHT_FILES.find((candidate) => entries.includes(candidate));
  if (name === undefined) {
    const expected = `${WEIGHT_FILES.join(' or ')} in ${path}, found ${listed(entries, 10)}`;
    throw unusable(backbone, 'unreadable', expected, path);
  }
  return join(path, name);
}

async function readWhole(backbone: Backbone, file: string): Promise<Uint8Array> {
  try {
    await expectPlainFile(file);
    return await readFile(file);
  } catch (cause) {
    throw unreadable(backbone, file, cause);
  }
}

function parseJson(backbone: Backbone, file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    const expected = `a safetensors file or a manifest in JSON in ${file}, received ${bytes.length} bytes of neither`;
    throw unusable(backbone, 'malformed', `${expected} (${reason(cause)})`, file, { cause });
  }
}

function unreadable({ title }: Pick<Backbone, 'title'>, path: string, cause: unknown): WeightsError {
  const message = `${title} weights: cannot read ${path}: ${reason(cause)}`;
  return new WeightsError('unreadable', message, path, { cause });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Does something with a file on the disk of which any part can be read, such as `weightsFromSafetensors`.
 *
 * @param of what its weights are of, for the message.
 * @returns what `use` answers.
 * @throws WeightsError `unreadable` when there is no such file, or reading fails; what else `use` throws.
 *
 * @example
 * const weights = await withWeightsFile('resnet18.safetensors', (file) => weightsFromSafetensors(resnet18, file));
 */
export async function withWeightsFile<T>(
  path: string,
  use: (file: ByteSource) => Promise<T>,
  of: Pick<Backbone, 'title'> = { title: 'safetensors' },
): Promise<T> {
  const handle = await expectPlainFile(path)
    .then(() => open(path, 'r'))
    .catch((cause: unknown) => {
      throw unreadable(of, path, cause);
    });
  try {
    const { size } = await handle.stat();
    const read = (offset: number, length: number) =>
      readPart(handle, offset, length).catch((cause: unknown) => {
        throw unreadable(of, path, cause);
      });
    return await use({ size, read });
  } finally {
    await handle.close();
  }
}

/** Fewer bytes only where the file ends. */
async function readPart(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
