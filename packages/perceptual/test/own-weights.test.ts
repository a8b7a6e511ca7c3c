import * as tf from '@tensorflow/tfjs';
import { bundledVgg19Weights } from '@utad/features/node';
import { TfjsBackbone } from '@utad/features/tfjs';
import { PerceptualScorer } from '@utad/perceptual';
import { expect, it } from 'vitest';

it('the distance by the weights that come with the features sees a line that is missing where it is missing', async () => {
  const vgg = new TfjsBackbone(await bundledVgg19Weights());
  const { missing, elsewhere } = tf.tidy(() => {
    const stripes = tf.tensor1d(Array.from({ length: 64 }, (_, x) => (x % 16 < 3 ? 0.8 : 0.3)));
    const good = tf.tile(stripes.as4D(1, 1, 64, 1), [1, 64, 1, 3]);
    // Columns 32 to 34 of rows 24 to 39 as the ground around them.
    const hole = tf.pad(tf.fill([1, 16, 3, 3], 0.5), [
      [0, 0],
      [24, 24],
      [32, 29],
      [0, 0],
    ]) as tf.Tensor4D;
    const map = new PerceptualScorer(vgg).anomalyMap(good, good.sub<tf.Tensor4D>(hole));
    const mean = (row: number, column: number) =>
      tf.slice(map, [0, row, column], [1, 16, 3]).mean().dataSync()[0] ?? Number.NaN;
    return { missing: mean(24, 32), elsewhere: mean(0, 0) };
  });
  vgg.dispose();
  expect(missing).toBeGreaterThan(0.5);
  expect(elsewhere).toBeLessThan(missing / 100);
});
