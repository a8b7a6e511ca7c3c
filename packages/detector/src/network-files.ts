import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { BundleError } from './bundle-error';

/** Where a bundle keeps one network. */
export function networkFiles(name: string): { model: string; weights: string } {
  return { model: `${name}/model.json`, weights: `${name}/weights.bin` };
}

/** A network in TensorFlow.js's own layers format: `model.json` and one file of weights. */
export async function encodeNetwork(name: string, network: tf.LayersModel): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const { model, weights } = networkFiles(name);
  await network.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      if (weightData === undefined || weightSpecs === undefined)
        throw new Error(`${name}: no weights to save`);
      const weightBytes = new Uint8Array(tf.io.concatenateArrayBuffers([weightData].flat()));
      const description = {
        format: 'layers-model',
        modelTopology,
        weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
      };
      files.set(model, new TextEncoder().encode(JSON.stringify(description)));
      files.set(weights, weightBytes);
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
    }),
  );
  return files;
}

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
 * The weights of an encoded network by name; the caller disposes of them.
 *
 * @throws BundleError when description and bytes do not agree.
 */
export function decodeNetwork(
  name: string,
  modelBytes: Uint8Array,
  weightBytes: Uint8Array,
): Record<string, tf.Tensor> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(modelBytes));
  } catch {
    json = undefined;
  }
  const parsed = description.safeParse(json);
  if (!parsed.success)
    throw new BundleError('network', `bundle: expected a model of TensorFlow.js in ${name}/model.json`);
  const { weights } = parsed.data.weightsManifest[0];
  const expected = weights.reduce(
    (sum, { shape }) => sum + 4 * shape.reduce((size, side) => size * side, 1),
    0,
  );
  if (expected !== weightBytes.length) {
    throw new BundleError(
      'size',
      `bundle: expected ${expected} bytes of weights for ${name}, found ${weightBytes.length}`,
    );
  }
  return tf.io.decodeWeights(weightBytes.slice().buffer, weights);
}
