import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type ManifestOptions, vgg19WeightsFromManifest } from '../manifest';
import type { Vgg19Weights } from '../weights';
import { WeightsError } from '../weights-error';

const manifestNames = ['weights_manifest.json', 'model.json'];

/**
 * VGG-19 weights from a folder with `weights_manifest.json` or `model.json`, or from the path of such a file. They are
 * named after the folder unless the options say otherwise.
 *
 * @throws WeightsError as {@link vgg19WeightsFromManifest}, and when a file is not there, cannot be read, or is not JSON.
 */
export async function readVgg19Weights(path: string, options: ManifestOptions = {}): Promise<Vgg19Weights> {
  const file = await manifestFile(resolve(path));
  const folder = dirname(file);
  const manifest = parseJson(file, await readBytes(file));
  return vgg19WeightsFromManifest(manifest, (shard) => readBytes(join(folder, shard)), {
    name: basename(folder),
    ...options,
  });
}

async function manifestFile(path: string): Promise<string> {
  let entries: string[];
  try {
    entries = await readdir(path);
  } catch (cause) {
    if (hasCode(cause, 'ENOTDIR')) return path;
    throw unreadable(path, cause);
  }
  const name = manifestNames.find((candidate) => entries.includes(candidate));
  if (name === undefined) {
    const found = entries.slice(0, 10).join(', ') || 'nothing';
    throw new WeightsError(
      'unreadable',
      `VGG-19 weights: expected ${manifestNames.join(' or ')} in ${path}, found ${found}`,
      path,
    );
  }
  return join(path, name);
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
    throw new WeightsError('malformed', `VGG-19 weights: expected JSON in ${file}, ${reason(cause)}`, file, {
      cause,
    });
  }
}

function unreadable(path: string, cause: unknown): WeightsError {
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
