import { type Backbone, convolutionsOf, selectLayers } from './backbone';
import {
  type BackboneWeights,
  checkShape,
  countOf,
  expectedShape,
  tensorNames,
  type WeightsOptions,
  type WeightTensor,
  weightsOf,
} from './weights';
import { listed, unusable, type WeightsError } from './weights-error';

/**
 * Weights from a TensorFlow.js weights manifest: the content of `weights_manifest.json`, or of a `model.json` with a
 * `weightsManifest`. Layers may be called `block1_conv2`, as Keras has them, or `conv1_2`, behind any prefix
 * (`vgg19/block1_conv2/kernel`). What lies behind the deepest layer is left alone, and files after the last byte needed are
 * not read.
 *
 * @param manifest parsed JSON.
 * @param read gives the bytes of a file named in the manifest, a path relative to it.
 * @throws WeightsError when the manifest is malformed, a layer is missing, there twice or of another shape, a tensor is
 *   not plain float32 or has values that are no finite numbers, a file is too short or too long, or a path leads out of
 *   the folder. What `read` throws passes through.
 */
export async function weightsFromManifest(
  backbone: Backbone,
  manifest: unknown,
  read: (path: string) => Promise<Uint8Array>,
  {
    name = backbone.title,
    preprocessing = backbone.manifestPreprocessing ?? backbone.preprocessing,
    layers,
  }: WeightsOptions = {},
): Promise<BackboneWeights> {
  const wanted = new Map<string, string>();
  for (const step of convolutionsOf(selectLayers(backbone, layers).steps)) {
    for (const own of tensorNames([step])) {
      wanted.set(own, own);
      if (step.keras !== undefined) wanted.set(own.replace(step.name, step.keras), own);
    }
  }
  const groups = manifestGroups(backbone, manifest, wanted);
  checkEntries(backbone, groups, new Set(wanted.values()));
  const tensors: Record<string, WeightTensor> = {};
  for (const group of groups) {
    if (group.weights.some(({ own }) => own !== undefined)) {
      Object.assign(tensors, await readGroup(backbone, group, read));
    }
  }
  return weightsOf(backbone, tensors, { name, preprocessing });
}

/** Refuses before anything is read. */
function checkEntries(
  backbone: Backbone,
  groups: readonly ManifestGroup[],
  wanted: ReadonlySet<string>,
): void {
  const found = new Map<string, ManifestEntry>();
  for (const { paths, weights } of groups) {
    if (weights.every(({ own }) => own === undefined)) continue;
    for (const path of paths) checkPath(backbone, path);
    // Others in the group count too: where a tensor begins follows from the sizes of those before it.
    for (const { name, dtype, quantization } of weights) {
      if (dtype !== 'float32' || quantization !== undefined) {
        const received = quantization === undefined ? dtype : `quantised ${dtype}`;
        throw unusable(backbone, 'dtype', `${name} as float32, received ${received}`, name);
      }
    }
    for (const entry of weights) {
      const { name, own } = entry;
      if (own === undefined) continue;
      if (found.has(own)) {
        throw unusable(backbone, 'ambiguous', `one ${own}, found it again as ${name}`, name);
      }
      found.set(own, entry);
    }
  }
  const missing = [...wanted].filter((name) => !found.has(name));
  const [first] = missing;
  if (first !== undefined) {
    const there = groups.flatMap(({ weights }) => weights.map(({ name }) => name));
    throw unusable(backbone, 'missing', `${listed(missing)}, found ${listed(there)}`, first);
  }
  for (const own of wanted) {
    const { name = own, shape = [] } = found.get(own) ?? {};
    const expected = expectedShape(backbone, own, (other) => found.get(other)?.shape);
    checkShape(backbone, name, shape, expected);
  }
}

function checkPath(backbone: Backbone, path: string): void {
  const leaves = path === '' || /^[/\\]|\\|:/.test(path) || path.split('/').includes('..');
  if (!leaves) return;
  const expected = `paths below the manifest's folder, received ${JSON.stringify(path)}`;
  throw unusable(backbone, 'path', expected, path);
}

async function readGroup(
  backbone: Backbone,
  { paths, weights }: ManifestGroup,
  read: (path: string) => Promise<Uint8Array>,
): Promise<Record<string, WeightTensor>> {
  const total = 4 * weights.reduce((sum, { shape }) => sum + countOf(shape), 0);
  let needed = 0;
  let end = 0;
  for (const { shape, own } of weights) {
    end += 4 * countOf(shape);
    if (own !== undefined) needed = end;
  }

  // Joined when they are there: what a manifest says of its sizes is not allocated before.
  const shards: Uint8Array[] = [];
  let filled = 0;
  for (const path of paths) {
    if (filled >= needed) break;
    const shard = await read(path);
    shards.push(shard);
    filled += shard.length;
    if (filled > total) throw sizeError(backbone, paths, total, filled);
  }
  const complete = shards.length === paths.length ? filled === total : filled >= needed;
  if (!complete) throw sizeError(backbone, paths, total, filled);
  const bytes = new Uint8Array(filled);
  let offset = 0;
  for (const shard of shards) {
    bytes.set(shard, offset);
    offset += shard.length;
  }

  const tensors: Record<string, WeightTensor> = {};
  offset = 0;
  for (const { shape, own } of weights) {
    const count = countOf(shape);
    if (own !== undefined) {
      tensors[own] = { shape, data: new Float32Array(bytes.buffer, offset, count).slice() };
    }
    offset += 4 * count;
  }
  return tensors;
}

function sizeError(
  backbone: Backbone,
  paths: readonly string[],
  expected: number,
  received: number,
): WeightsError {
  const files = paths.join(', ') || 'no file';
  return unusable(backbone, 'size', `${expected} bytes in ${files}, received ${received}`, paths[0]);
}

/** One tensor in a manifest. */
interface ManifestEntry {
  readonly name: string;
  /** The backbone's name of it; undefined where it is not wanted. */
  readonly own: string | undefined;
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
 * @param wanted the backbone's names of tensors by the last two parts of names in the manifest.
 * @throws WeightsError that names the first value that is not what it should be.
 */
function manifestGroups(
  backbone: Backbone,
  manifest: unknown,
  wanted: ReadonlyMap<string, string>,
): ManifestGroup[] {
  /** The value is parsed JSON and may be a whole file of it, so only its beginning is shown. */
  const malformed = (expected: string, value: unknown) => {
    const received = String(JSON.stringify(value)).slice(0, 60);
    return unusable(backbone, 'malformed', `${expected}, received ${received}`);
  };
  const unexpected = (at: string, expected: string, value: unknown) =>
    malformed(`${at} of the manifest to be ${expected}`, value);

  function each<T>(value: unknown, at: string, itemAt: (item: unknown, at: string) => T): T[] {
    if (!Array.isArray(value)) throw unexpected(at, 'an array', value);
    return value.map((item, i) => itemAt(item, `${at}[${i}]`));
  }
  const objectAt = (value: unknown, at: string) => {
    if (isObject(value)) return value;
    throw unexpected(at, 'an object', value);
  };
  const textAt = (value: unknown, at: string) => {
    if (typeof value === 'string') return value;
    throw unexpected(at, 'a string', value);
  };
  const sizeAt = (value: unknown, at: string) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw unexpected(at, 'an integer of at least 0', value);
  };
  const entryAt = (value: unknown, at: string): ManifestEntry => {
    const entry = objectAt(value, at);
    const name = textAt(entry.name, `${at}.name`);
    return {
      name,
      own: wanted.get(name.split('/').slice(-2).join('/')),
      shape: each(entry.shape, `${at}.shape`, sizeAt),
      dtype: textAt(entry.dtype, `${at}.dtype`),
      quantization: entry.quantization,
    };
  };
  const groupAt = (value: unknown, at: string): ManifestGroup => {
    const { paths, weights } = objectAt(value, at);
    return { paths: each(paths, `${at}.paths`, textAt), weights: each(weights, `${at}.weights`, entryAt) };
  };

  const wrapped = isObject(manifest);
  const groups = wrapped ? manifest.weightsManifest : manifest;
  if (Array.isArray(groups)) return each(groups, wrapped ? 'weightsManifest' : '', groupAt);
  const expected =
    'a TensorFlow.js manifest, an array of { paths, weights }, or an object with it as weightsManifest';
  throw malformed(expected, manifest);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
