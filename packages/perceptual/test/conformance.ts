import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { kerasPreprocessing, PerceptualScorer, Vgg19 } from '@utad/perceptual';
import { readVgg19Weights } from '@utad/perceptual/node';
import { z } from 'zod';
import { layerTable, reference, referenceImage, referenceWeights, relativeError } from './reference';

const allLayers = layerTable.map(([name]) => name);

/** How far the backend in use is from the float64 reference: the largest difference over the largest value, of each. */
export async function perceptualErrors(): Promise<Record<string, number>> {
  const errors: Record<string, number> = {};
  const expected = reference.keras;
  const vgg = new Vgg19(referenceWeights(kerasPreprocessing), { layers: allLayers });
  const x = referenceImage(0);
  for (const [l, feature] of vgg.features(x).entries()) {
    const name = allLayers[l] ?? '';
    const found = (await feature.data()).filter((_, i) => i % 97 === 0);
    errors[name] = relativeError(found, expected.features[name]?.values ?? []);
    feature.dispose();
  }
  vgg.dispose();

  const taps = new Vgg19(referenceWeights(kerasPreprocessing));
  const scorer = new PerceptualScorer(taps);
  const [m, r, n] = [referenceImage(1), referenceImage(2), referenceImage(3)];
  const maps = scorer.maps({ x, m, r, n }, [
    ['x', 'r'],
    ['m', 'n'],
    ['x', 'm'],
  ]);
  for (const [l, map] of maps.perLayer.entries()) {
    errors[`map of ${taps.layers[l]}`] = relativeError(await map.data(), expected.perLayer[l] ?? []);
  }
  for (const [p, map] of maps.perPair.entries()) {
    errors[`map of pair ${p}`] = relativeError(await map.data(), expected.perPair[p] ?? []);
  }
  const distance = scorer.distance(x, r);
  errors.distance = relativeError(await distance.data(), [expected.distance]);
  tf.dispose([x, m, r, n, maps.total, maps.perLayer, maps.perPair, distance]);
  taps.dispose();
  return errors;
}

const activations = z.object({
  activations: z.record(
    z.string(),
    z.object({ shape: z.array(z.number()), max: z.number(), first16ChannelsAtCentre: z.array(z.number()) }),
  ),
});

/**
 * Likewise with the ImageNet weights of Keras, against the activations that lie beside them.
 *
 * @param data folder with `vgg19-imagenet-tfjs`.
 */
export async function imageNetErrors(data: string): Promise<Record<string, number>> {
  const folder = join(data, 'vgg19-imagenet-tfjs');
  const expected = activations.parse(
    JSON.parse(readFileSync(join(folder, 'reference-activations.json'), 'utf8')),
  ).activations;
  const pixels = Float32Array.from({ length: 16 * 16 * 3 }, (_, i) => {
    const [y, x, c] = [Math.floor(i / 48), Math.floor(i / 3) % 16, i % 3];
    return (([16 * x + 3 * y, 5 * x + 16 * y, 7 * x * y][c] ?? 0) % 256) / 255;
  });
  const image = tf.tensor4d(pixels, [1, 16, 16, 3]);
  const names = Object.keys(expected);
  const vgg = new Vgg19(await readVgg19Weights(folder), { layers: names });
  const errors: Record<string, number> = {};
  for (const [l, feature] of vgg.features(image).entries()) {
    const name = names[l] ?? '';
    const { shape, max, first16ChannelsAtCentre } = expected[name] ?? {
      shape: [],
      max: 0,
      first16ChannelsAtCentre: [],
    };
    const [, h = 0, w = 0, channels = 0] = shape;
    const values = await feature.data<'float32'>();
    const from = ((h / 2) * w + w / 2) * channels;
    const gaps = first16ChannelsAtCentre.map((value, c) =>
      Math.abs(value - (values[from + c] ?? Number.NaN)),
    );
    const largest = values.reduce((most, value) => Math.max(most, value), 0);
    errors[name] = Math.max(...gaps, Math.abs(largest - max)) / max;
    feature.dispose();
  }
  image.dispose();
  vgg.dispose();
  return errors;
}
