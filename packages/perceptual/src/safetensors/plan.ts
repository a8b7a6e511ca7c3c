import { type Preprocessing, torchvisionPreprocessing } from '../preprocessing';
import { checkShape, expectedShape } from '../tensor-shapes';
import {
  checkFinite,
  countOf,
  type Vgg19Weights,
  vgg19Sha256,
  vgg19Shapes,
  type WeightTensor,
} from '../weights';
import { listed, unusable } from '../weights-error';
import { bytesOf, decodeFloats } from './decode';
import type { SafetensorsHeader, StoredTensor } from './header';
import { type Layout, ownLayout, torchvisionLayout } from './layout';
import { parsePreprocessing } from './parse-preprocessing';

/** What a safetensors file does not say. */
export interface SafetensorsOptions {
  /** What to call the weights. Default what the file says, else `VGG-19`. */
  name?: string;
  /**
   * What the weights expect of an image. Default what the file says; with torchvision's names and none said,
   * {@link torchvisionPreprocessing}.
   */
  preprocessing?: Preprocessing;
}

/** Bytes of a file, the first and the one behind the last. */
export interface ByteRange {
  readonly begin: number;
  readonly end: number;
}

/** Which bytes of a safetensors file hold VGG-19 up to conv3_4, and how they become weights. */
export interface SafetensorsPlan {
  /** In the order of the file. */
  readonly ranges: readonly ByteRange[];
  /** What the file calls its weights. */
  readonly name: string | undefined;
  /** @param bytes those of the ranges, one after the other. */
  weights(bytes: Uint8Array, options: SafetensorsOptions & { readonly name: string }): Vgg19Weights;
}

/** Ranges nearer than that are read as one: reading what is between costs less than asking twice. */
const NEAR = 2 ** 16;

/**
 * @throws WeightsError when a tensor is missing, there twice, of another shape or of a type that is not read, or the file
 *   does not say what its weights expect of an image.
 */
export function planSafetensors(header: SafetensorsHeader): SafetensorsPlan {
  const own = [...header.tensors.keys()].some((name) => name === 'conv1_1/kernel');
  const layout = own ? ownLayout : torchvisionLayout;
  const found = findTensors(header, layout);
  const ranges = merged([...found.values()]);
  return {
    ranges,
    name: header.metadata.name,
    weights(bytes, { name, preprocessing = preprocessingOf(header, own) }) {
      const tensors: Record<string, WeightTensor> = {};
      for (const [name, stored] of found) {
        const offset = offsetIn(ranges, stored.begin);
        const part = bytes.subarray(offset, offset + stored.end - stored.begin);
        tensors[name] = layout.arranged(decodeFloats(part, stored.dtype), layout.here(stored.shape));
      }
      checkFinite(tensors);
      return { name, sha256: vgg19Sha256(tensors), preprocessing, tensors };
    },
  };
}

function preprocessingOf({ metadata }: SafetensorsHeader, own: boolean): Preprocessing {
  if (metadata.preprocessing !== undefined) return parsePreprocessing(metadata.preprocessing);
  if (!own) return torchvisionPreprocessing;
  throw unusable('malformed', 'a preprocessing in the metadata of the safetensors file, found none');
}

function findTensors(header: SafetensorsHeader, layout: Layout): Map<string, StoredTensor> {
  const found = new Map<string, StoredTensor>();
  const missing: string[] = [];
  const shapeOf = (name: string) => layout.here(found.get(name)?.shape ?? []);
  for (const name of vgg19Shapes.keys()) {
    const wanted = layout.names.get(name) ?? name;
    const candidates = [...header.tensors].filter(([key]) => key === wanted || key.endsWith(`.${wanted}`));
    const [first, second] = candidates;
    if (first === undefined) {
      missing.push(wanted);
      continue;
    }
    const [key, tensor] = first;
    if (second !== undefined)
      throw unusable('ambiguous', `one ${wanted}, found ${key} and ${second[0]}`, wanted);
    checkShape(key, tensor.shape, layout.stored(expectedShape(name, shapeOf)));
    const size = bytesOf.get(tensor.dtype);
    if (size === undefined) {
      throw unusable('dtype', `${key} as ${[...bytesOf.keys()].join(' or ')}, received ${tensor.dtype}`, key);
    }
    const bytes = size * countOf(tensor.shape);
    if (tensor.end - tensor.begin !== bytes) {
      throw unusable('size', `${key} in ${bytes} bytes, received ${tensor.end - tensor.begin}`, key);
    }
    found.set(name, tensor);
  }
  if (missing.length > 0) {
    throw unusable(
      'missing',
      `${missing.join(', ')}, found ${listed([...header.tensors.keys()])}`,
      missing[0],
    );
  }
  return found;
}

function merged(tensors: readonly StoredTensor[]): ByteRange[] {
  const ranges: { begin: number; end: number }[] = [];
  for (const { begin, end } of [...tensors].sort((a, b) => a.begin - b.begin)) {
    const last = ranges.at(-1);
    if (last !== undefined && begin - last.end <= NEAR) last.end = end;
    else ranges.push({ begin, end });
  }
  return ranges;
}

/** Where a byte of the file lies in the bytes of the ranges. */
function offsetIn(ranges: readonly ByteRange[], position: number): number {
  let before = 0;
  for (const { begin, end } of ranges) {
    if (position < end) return before + position - begin;
    before += end - begin;
  }
  return before;
}
