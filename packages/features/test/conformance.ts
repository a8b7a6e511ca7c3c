import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Backbone, type BackboneWeights, type FeatureExtractor, resnet18, vgg19 } from '@utad/features';
import { readWeights } from '@utad/features/node';
import { TfjsBackbone } from '@utad/features/tfjs';
import { z } from 'zod';

/** Backbones with weights trained on ImageNet: folders of the test data, and the side of the picture of their references. */
export const IMAGE_NET: readonly (readonly [folder: string, backbone: Backbone, side: number])[] = [
  ['vgg19-imagenet-tfjs', vgg19, 16],
  ['resnet18-imagenet-torchvision', resnet18, 64],
];

const activations = z.object({
  activations: z.record(
    z.string(),
    z.object({
      shape: z.array(z.number()),
      mean: z.number(),
      max: z.number(),
      first16ChannelsAtCentre: z.array(z.number()),
    }),
  ),
});

/**
 * How far the features of these weights are from the activations that lie beside them: of each layer the largest difference
 * over the largest value.
 *
 * @param folder with weights and `reference-activations.json`.
 * @param side of the picture of colour ramps that they are of.
 * @param make the backbone on an engine. Default TensorFlow.js.
 */
export async function imageNetErrors(
  folder: string,
  backbone: Backbone,
  side: number,
  make: (weights: BackboneWeights, layers: readonly string[]) => Promise<FeatureExtractor> = async (
    weights,
    layers,
  ) => new TfjsBackbone(weights, { layers }),
): Promise<Record<string, number>> {
  const expected = activations.parse(
    JSON.parse(readFileSync(join(folder, 'reference-activations.json'), 'utf8')),
  ).activations;
  const layers = Object.keys(expected);
  const extractor = await make(await readWeights(backbone, folder), layers);
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const [y, x, c] = [Math.floor(i / (3 * side)), Math.floor(i / 3) % side, i % 3];
    return ([16 * x + 3 * y, 5 * x + 16 * y, 7 * x * y][c] ?? 0) % 256;
  });
  const errors: Record<string, number> = {};
  const found = await extractor.features({ data, shape: [1, side, side, 3] });
  for (const [l, { layer, data: values, shape }] of found.entries()) {
    const wanted = expected[layers[l] ?? ''];
    if (wanted === undefined || wanted.shape.join() !== shape.join()) {
      throw new Error(`expected ${layer} of shape [${wanted?.shape}], received [${shape}]`);
    }
    const [, h, w, channels] = shape;
    const centre = (Math.floor(h / 2) * w + Math.floor(w / 2)) * channels;
    const gaps = wanted.first16ChannelsAtCentre.map((value, c) =>
      Math.abs(value - (values[centre + c] ?? Number.NaN)),
    );
    const largest = values.reduce((most, value) => Math.max(most, value), 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    errors[layer] =
      Math.max(...gaps, Math.abs(largest - wanted.max), Math.abs(mean - wanted.mean)) / wanted.max;
  }
  extractor.dispose();
  return errors;
}
