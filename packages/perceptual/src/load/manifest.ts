import { kerasPreprocessing, type Preprocessing } from '../preprocessing';
import {
  checkFinite,
  checkShape,
  countOf,
  expectedShape,
  shortLayerName,
  type Vgg19Weights,
  vgg19Sha256,
  vgg19Shapes,
  type WeightTensor,
} from '../weights';
import { listed, unusable, type WeightsError } from '../weights-error';

/** What a manifest of weights does not say. */
export interface Vgg19ManifestOptions {
  /** What to call the weights. Default `VGG-19`. */
  name?: string;
  /** What the weights expect of an image; a manifest cannot say. Default {@link kerasPreprocessing}. */
  preprocessing?: Preprocessing;
}

/**
 * VGG-19 weights from a TensorFlow.js weights manifest: the content of `weights_manifest.json`, or of a `model.json` with
 * a `weightsManifest`. Layers may be called `block1_conv2` or `conv1_2`, behind any prefix (`vgg19/block1_conv2/kernel`).
 * Layers after conv3_4 are left alone, and files after the last byte needed are not read.
 *
 * @param manifest parsed JSON.
 * @param read gives the bytes of a file named in the manifest, a path relative to it.
 * @throws WeightsError when the manifest is malformed, a layer is missing, there twice or of another shape, a tensor is
 *   not plain float32 or has values that are no finite numbers, a file is too short or too long, or a path leads out of
 *   the folder. What `read` throws passes through.
 */
export async function vgg19WeightsFromManifest(
  manifest: unknown,
  read: (path: string) => Promise<Uint8Array>,
  { name = 'VGG-19', preprocessing = kerasPreprocessing }: Vgg19ManifestOptions = {},
): Promise<Vgg19Weights> {
  const groups = manifestGroups(manifest);
  checkEntries(groups);
  const tensors: Record<string, WeightTensor> = {};
  for (const group of groups) {
    if (group.weights.some((entry) => wantedName(entry.name) !== undefined)) {
      Object.assign(tensors, await readGroup(group, read));
    }
  }
  checkFinite(tensors);
  return { name, sha256: vgg19Sha256(tensors), preprocessing, tensors };
}

/** `conv1_1/kernel` for `block1_conv1/kernel` under any prefix; undefined for what VGG-19 up to conv3_4 does not have. */
function wantedName(name: string): string | undefined {
  const [layer = '', kind = ''] = name.split('/').slice(-2);
  const short = `${shortLayerName(layer)}/${kind}`;
  return vgg19Shapes.has(short) ? short : undefined;
}

/** Refuses before anything is read. */
function checkEntries(groups: readonly ManifestGroup[]): void {
  const found = new Map<string, ManifestGroup['weights'][number]>();
  for (const group of groups) {
    const wanted = group.weights.filter((entry) => wantedName(entry.name) !== undefined);
    if (wanted.length === 0) continue;
    for (const path of group.paths) checkPath(path);
    // Others in the group count too: where a tensor begins follows from the sizes of those before it.
    for (const { name, dtype, quantization } of group.weights) {
      if (dtype !== 'float32' || quantization !== undefined) {
        const received = quantization === undefined ? dtype : `quantised ${dtype}`;
        throw unusable('dtype', `${name} as float32, received ${received}`, name);
      }
    }
    for (const entry of wanted) {
      const { name } = entry;
      const short = wantedName(name) ?? name;
      if (found.has(short)) {
        throw unusable('ambiguous', `one ${short}, found it again as ${name}`, name);
      }
      found.set(short, entry);
    }
  }
  const missing = [...vgg19Shapes.keys()].filter((name) => !found.has(name));
  const [first] = missing;
  if (first !== undefined) {
    const there = groups.flatMap((group) => group.weights.map((entry) => entry.name));
    throw unusable('missing', `${missing.join(', ')}, found ${listed(there)}`, first);
  }
  for (const short of vgg19Shapes.keys()) {
    const { name = short, shape = [] } = found.get(short) ?? {};
    checkShape(
      name,
      shape,
      expectedShape(short, (other) => found.get(other)?.shape),
    );
  }
}

function checkPath(path: string): void {
  const leaves = path === '' || /^[/\\]|\\|:/.test(path) || path.split('/').includes('..');
  if (leaves) {
    throw unusable('path', `paths below the manifest's folder, received ${JSON.stringify(path)}`, path);
  }
}

async function readGroup(
  { paths, weights }: ManifestGroup,
  read: (path: string) => Promise<Uint8Array>,
): Promise<Record<string, WeightTensor>> {
  const total = 4 * weights.reduce((sum, entry) => sum + countOf(entry.shape), 0);
  let needed = 0;
  let end = 0;
  for (const entry of weights) {
    end += 4 * countOf(entry.shape);
    if (wantedName(entry.name) !== undefined) needed = end;
  }

  const bytes = new Uint8Array(total);
  let filled = 0;
  let files = 0;
  for (const path of paths) {
    if (filled >= needed) break;
    const shard = await read(path);
    files++;
    if (filled + shard.length > total) throw sizeError(paths, total, filled + shard.length);
    bytes.set(shard, filled);
    filled += shard.length;
  }
  const complete = files === paths.length ? filled === total : filled >= needed;
  if (!complete) throw sizeError(paths, total, filled);

  const tensors: Record<string, WeightTensor> = {};
  let offset = 0;
  for (const { name, shape } of weights) {
    const count = countOf(shape);
    const short = wantedName(name);
    if (short !== undefined)
      tensors[short] = { shape, data: new Float32Array(bytes.buffer, offset, count).slice() };
    offset += 4 * count;
  }
  return tensors;
}

function sizeError(paths: readonly string[], expected: number, received: number): WeightsError {
  const files = paths.join(', ') || 'no file';
  return unusable('size', `${expected} bytes in ${files}, received ${received}`, paths[0]);
}

/** One tensor in a manifest. */
interface ManifestEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Of no use here: there at all, it says that the values are no plain numbers. */
  readonly quantization: unknown;
}

/** Files that, one after the other, hold the bytes of these tensors. */
interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly ManifestEntry[];
}

/**
 * The groups of a TensorFlow.js weights manifest, or of an object with one as `weightsManifest`. Written out rather than
 * left to a schema library, which in a browser would be larger than all the rest of this package.
 *
 * @throws WeightsError that names the first value that is not what it should be.
 */
function manifestGroups(manifest: unknown): ManifestGroup[] {
  const wrapped = isObject(manifest);
  const groups = wrapped ? manifest.weightsManifest : manifest;
  if (!Array.isArray(groups)) {
    const expected =
      'a TensorFlow.js manifest, an array of { paths, weights }, or an object with it as weightsManifest';
    throw malformed(expected, manifest);
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
