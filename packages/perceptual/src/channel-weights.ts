import { listed, WeightsError, type WeightsErrorCode } from '@utad/features';
import {
  type ByteSource,
  decodeSafetensor,
  readBytes,
  readSafetensorsHeader,
  SafetensorsError,
  type SafetensorsHeader,
  type StoredTensor,
} from '@utad/files';

/**
 * The channel weights of a scorer from a `.safetensors` file, such as the linear layers of LPIPS: for the first of
 * `layers` the tensor `lin0.model.1.weight`, as LPIPS calls it, or `lin0`, or one called as the layer is; for the second
 * `lin1` and so on; behind any prefix that ends in a dot. Their shape is `[1, C, 1, 1]` or `[C]`, their type F32, F16 or
 * BF16. Only these tensors are read.
 *
 * @param file on the disk, `withWeightsFile` of `@utad/features/node` opens one.
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
  try {
    const header = await readSafetensorsHeader(file);
    const weights: Float32Array[] = [];
    for (const [index, layer] of layers.entries()) {
      const [name, stored] = findWeights(header, layer, index);
      const { begin, end } = stored;
      const { data } = decodeSafetensor(await readBytes(file, begin, end - begin), stored, name);
      const wrong = data.find((value) => !(Number.isFinite(value) && value >= 0));
      if (wrong !== undefined)
        throw unfit('value', `values of at least 0 in ${name}, received ${wrong}`, name);
      weights.push(data);
    }
    return weights;
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    const { code, message, tensor } = error;
    throw new WeightsError(code, `channel weights: ${message}`, tensor, { cause: error });
  }
}

function findWeights({ tensors }: SafetensorsHeader, layer: string, index: number): [string, StoredTensor] {
  const wanted = [`lin${index}.model.1.weight`, `lin${index}`, layer];
  const isWanted = (key: string) => wanted.some((name) => key === name || key.endsWith(`.${name}`));
  const [first, second] = [...tensors].filter(([key]) => isWanted(key));
  if (first === undefined) {
    const found = listed([...tensors.keys()]);
    throw unfit('missing', `${wanted.join(' or ')}, found ${found}`, wanted[0]);
  }
  const [name, { shape }] = first;
  if (second) throw unfit('ambiguous', `one of ${wanted.join(', ')}, found ${name} and ${second[0]}`, name);
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === 0 || ![`${[count]}`, `${[1, count, 1, 1]}`].includes(`${shape}`)) {
    throw unfit('shape', `${name} of shape [1,C,1,1] or [C], received [${shape}]`, name);
  }
  return first;
}

function unfit(code: WeightsErrorCode, expected: string, subject?: string): WeightsError {
  return new WeightsError(code, `channel weights: expected ${expected}`, subject);
}
