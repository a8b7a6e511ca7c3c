import { unusable, type WeightsError } from './weights-error';

/** One tensor in a manifest. */
interface ManifestEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Of no use here: there at all, it says that the values are no plain numbers. */
  readonly quantization: unknown;
}

/** Files that, one after the other, hold the bytes of these tensors. */
export interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly ManifestEntry[];
}

/**
 * The groups of a TensorFlow.js weights manifest, or of an object with one as `weightsManifest`. Written out rather than
 * left to a schema library, which in a browser would be larger than all the rest of this package.
 *
 * @throws WeightsError that names the first value that is not what it should be.
 */
export function manifestGroups(manifest: unknown): ManifestGroup[] {
  const wrapped = isObject(manifest);
  const groups = wrapped ? manifest.weightsManifest : manifest;
  if (!Array.isArray(groups)) {
    throw malformed(
      'a TensorFlow.js manifest, an array of { paths, weights }, or an object with it as weightsManifest',
      manifest,
    );
  }
  return each(groups, wrapped ? 'weightsManifest' : '', groupAt);
}

function groupAt(value: unknown, at: string): ManifestGroup {
  const { paths, weights } = objectAt(value, at);
  return { paths: each(paths, `${at}.paths`, textAt), weights: each(weights, `${at}.weights`, entryAt) };
}

function entryAt(value: unknown, at: string): ManifestEntry {
  const { name, shape, dtype, quantization } = objectAt(value, at);
  return {
    name: textAt(name, `${at}.name`),
    shape: each(shape, `${at}.shape`, sizeAt),
    dtype: textAt(dtype, `${at}.dtype`),
    quantization,
  };
}

function each<T>(value: unknown, at: string, itemAt: (item: unknown, at: string) => T): T[] {
  if (!Array.isArray(value)) throw unexpected(at, 'an array', value);
  return value.map((item, i) => itemAt(item, `${at}[${i}]`));
}

function objectAt(value: unknown, at: string): Record<string, unknown> {
  if (isObject(value)) return value;
  throw unexpected(at, 'an object', value);
}

function textAt(value: unknown, at: string): string {
  if (typeof value === 'string') return value;
  throw unexpected(at, 'a string', value);
}

function sizeAt(value: unknown, at: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw unexpected(at, 'an integer of at least 0', value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unexpected(at: string, expected: string, value: unknown): WeightsError {
  return malformed(`${at} of the manifest to be ${expected}`, value);
}

/** The value is parsed JSON and may be a whole file of it, so only its beginning is shown. */
function malformed(expected: string, value: unknown): WeightsError {
  return unusable('malformed', `${expected}, received ${String(JSON.stringify(value)).slice(0, 60)}`);
}
