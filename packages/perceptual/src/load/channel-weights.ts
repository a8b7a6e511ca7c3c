import { bytesOf, decodeFloats } from '../safetensors/decode';
import type { SafetensorsHeader, StoredTensor } from '../safetensors/header';
import { countOf } from '../weights';
import { listed, WeightsError, type WeightsProblem } from '../weights-error';
import { type ByteSource, exactly, readHeader } from './from-safetensors';

/**
 * The channel weights of a scorer from a `.safetensors` file, such as the linear layers of LPIPS: for the first of
 * `layers` the tensor `lin0.model.1.weight`, as LPIPS calls it, or `lin0`, or one called as the layer is; for the second
 * `lin1` and so on; behind any prefix that ends in a dot. Their shape is `[1, C, 1, 1]` or `[C]`, their type F32, F16 or
 * BF16. Only these tensors are read.
 *
 * @param layers of the extractor, in its order.
 * @throws WeightsError when the header is malformed or does not fit the file; when the weights of a layer are missing,
 *   there twice, of another shape or type, negative or no finite numbers. What `file.read` throws passes through.
 *
 * @example
 * const channelWeights = await channelWeightsFromSafetensors(file, extractor.layers);
 * const lpips = new PerceptualScorer(extractor, { channelWeights, difference: 'l2', normalize: 'unit' });
 */
export async function channelWeightsFromSafetensors(
  file: ByteSource,
  layers: readonly string[],
): Promise<Float32Array[]> {
  const header = await readHeader(file);
  const weights: Float32Array[] = [];
  for (const [index, layer] of layers.entries()) {
    const [name, { begin, end, dtype }] = find(header, layer, index);
    const values = decodeFloats(await exactly(file, begin, end - begin), dtype);
    const wrong = values.find((value) => !(Number.isFinite(value) && value >= 0));
    if (wrong !== undefined) {
      throw problem('value', `values of at least 0 in ${name}, received ${wrong}`, name);
    }
    weights.push(values);
  }
  return weights;
}

function find(header: SafetensorsHeader, layer: string, index: number): [string, StoredTensor] {
  const wanted = [`lin${index}.model.1.weight`, `lin${index}`, layer];
  const [first, second] = [...header.tensors].filter(([key]) =>
    wanted.some((name) => key === name || key.endsWith(`.${name}`)),
  );
  if (first === undefined) {
    const found = listed([...header.tensors.keys()]);
    throw problem('missing', `${wanted.join(' or ')}, found ${found}`, wanted[0]);
  }
  const [name, { shape, dtype, begin, end }] = first;
  if (second !== undefined)
    throw problem('ambiguous', `one of ${wanted.join(', ')}, found ${name} and ${second[0]}`, name);
  const count = countOf(shape);
  if (count === 0 || (String(shape) !== String([count]) && String(shape) !== String([1, count, 1, 1]))) {
    throw problem('shape', `${name} of shape [1,C,1,1] or [C], received [${shape}]`, name);
  }
  const size = bytesOf.get(dtype);
  if (size === undefined)
    throw problem('dtype', `${name} as ${[...bytesOf.keys()].join(' or ')}, received ${dtype}`, name);
  if (end - begin !== size * count)
    throw problem('size', `${name} in ${size * count} bytes, received ${end - begin}`, name);
  return first;
}

function problem(kind: WeightsProblem, expected: string, subject?: string): WeightsError {
  return new WeightsError(kind, `channel weights: expected ${expected}`, subject);
}
