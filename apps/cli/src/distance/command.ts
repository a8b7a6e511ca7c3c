import * as tf from '@tensorflow/tfjs';
import type { Size } from '@utad/core';
import { PerceptualScorer, Vgg19, type Vgg19Weights } from '@utad/perceptual';
import { featureScale } from '@utad/perceptual/load';
import { startBackend } from '../backend';
import type { Context } from '../context';
import { addConversions, conversionSentences } from '../data/sentences';
import { weightNotes } from '../run/open-detector';
import { formatFacts, formatNumber, formatTable } from '../terminal/format';
import { newWeights, vgg19Path } from '../vgg19';
import { describeScale } from '../weights/describe';
import { type PairImage, readPair } from './read-pair';

export interface DistanceOptions {
  readonly vgg19?: string;
  readonly size?: Size;
  readonly normalize?: boolean;
}

/** `utad distance`: how different two images look. */
export async function distance(
  a: string,
  b: string,
  { vgg19, size, normalize = false }: DistanceOptions,
  context: Context,
): Promise<void> {
  const { output, signal } = context;
  const [first, second] = await readPair([a, b], size);
  const say = (line: string) => output.note(line);
  const weights = await newWeights(await vgg19Path(vgg19, context), say);
  signal.throwIfAborted();
  const backend = await startBackend({ backend: context.backend }, say);
  const converted = new Map<string, number>();
  for (const { conversions } of [first, second]) addConversions(converted, conversions);
  const said = conversionSentences([...converted].map(([what, images]) => ({ what, images })));
  for (const sentence of said) say(sentence);
  // Of random weights people have been told with what brings others.
  const notes = [...weightNotes(weights), ...said];

  const began = performance.now();
  const { layers, values } = await measure(weights, [first, second], normalize);
  const seconds = (performance.now() - began) / 1000;
  const total = values.reduce((sum, value) => sum + value, 0);
  const perLayer = layers.map((layer, l) => {
    const value = values[l] ?? Number.NaN;
    // Equal images have no shares to speak of.
    return { layer, distance: value, share: total === 0 ? null : value / total };
  });
  const { name, sha256, seed, preprocessing } = weights;
  const scale = featureScale(weights);
  output.result(
    {
      a: first.path,
      b: second.path,
      size: first.size,
      distance: total,
      perLayer,
      normalize: normalize ? 'unit' : 'none',
      weights: {
        name,
        sha256,
        ...(seed !== undefined && { seed }),
        preprocessing: preprocessing.name,
        featureScale: scale,
      },
      backend: { name: backend.name, version: backend.version, device: backend.device },
      seconds,
      notes,
    },
    [
      formatTable([
        ['layer', 'distance', 'share'],
        ...perLayer.map((row) => [
          row.layer,
          formatNumber(row.distance),
          row.share === null ? '-' : `${Math.round(100 * row.share)} %`,
        ]),
        ['all', formatNumber(total), ''],
      ]),
      '',
      formatFacts([
        ['weights', `${name}, SHA-256 ${sha256.slice(0, 12)}`],
        ['preprocessing', preprocessing.name],
        ['mean features', describeScale(scale)],
      ]),
    ].join('\n'),
  );
}

async function measure(
  weights: Vgg19Weights,
  images: readonly [PairImage, PairImage],
  normalize: boolean,
): Promise<{ layers: readonly string[]; values: Float32Array }> {
  const vgg = new Vgg19(weights);
  const scorer = new PerceptualScorer(vgg, { normalize: normalize ? 'unit' : 'none' });
  const [a, b] = [toTensor(images[0]), toTensor(images[1])];
  const distances = scorer.distancePerLayer(a, b);
  try {
    return { layers: vgg.layers, values: await distances.data<'float32'>() };
  } finally {
    tf.dispose([a, b, distances]);
    vgg.dispose();
  }
}

function toTensor({ pixels, size: [height, width] }: PairImage): tf.Tensor4D {
  return tf.tidy(() => tf.div(tf.tensor4d(Float32Array.from(pixels), [1, height, width, 3]), 255));
}
