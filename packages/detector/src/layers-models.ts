import type { TensorData } from '@utad/core';
import * as z from 'zod';
import { BundleError } from './bundle-error';

const description = z.looseObject({
  weightsManifest: z.tuple([
    z.looseObject({
      weights: z.array(
        z.strictObject({
          name: z.string(),
          shape: z.array(z.number().int().min(0)),
          dtype: z.literal('float32'),
        }),
      ),
    }),
  ]),
});

/**
 * The state in a bundle of format 1: the weights of its networks as TensorFlow.js wrote them, each named
 * `<network>/<weight>`. What a file says of a network's structure is not looked at.
 *
 * @throws BundleError `state` or `size` when description and bytes do not agree.
 */
export function stateOfLayersModels(
  networks: readonly string[],
  files: ReadonlyMap<string, Uint8Array>,
): Map<string, TensorData> {
  const state = new Map<string, TensorData>();
  for (const network of networks) {
    const model = files.get(`${network}/model.json`);
    const bytes = files.get(`${network}/weights.bin`);
    if (model === undefined || bytes === undefined) {
      throw new BundleError('state', `bundle: expected a network ${network}, found none`);
    }
    const weights = weightsOf(network, model);
    const sizes = weights.map(({ shape }) => 4 * shape.reduce((size, side) => size * side, 1));
    const expected = sizes.reduce((sum, size) => sum + size, 0);
    if (expected !== bytes.length) {
      throw new BundleError(
        'size',
        `bundle: expected ${expected} bytes of weights for ${network}, found ${bytes.length}`,
      );
    }
    let offset = 0;
    for (const [index, { name, shape }] of weights.entries()) {
      const end = offset + (sizes[index] ?? 0);
      state.set(`${network}/${name}`, { data: floatsOf(bytes.subarray(offset, end)), shape });
      offset = end;
    }
  }
  return state;
}

function weightsOf(network: string, model: Uint8Array): { name: string; shape: number[] }[] {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(model));
  } catch {
    json = undefined;
  }
  const parsed = description.safeParse(json);
  if (parsed.success) return parsed.data.weightsManifest[0].weights;
  throw new BundleError('state', `bundle: expected a model of TensorFlow.js in ${network}/model.json`);
}

/** Little-endian, whatever the machine is, and wherever the bytes lie. */
function floatsOf(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(4 * index, true));
}
