import { statSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { PerceptualScorer, torchvisionPreprocessing, Vgg19, vgg19Sha256 } from '@utad/perceptual';
import { featureScale } from '@utad/perceptual/load';
import { bundledVgg19Weights } from '@utad/perceptual/node';
import { expect, it } from 'vitest';

const file = new URL('../weights/utad-vgg19.safetensors', import.meta.url);

it('is half of VGG-19 in width, named, of the hash that the model card gives, and under 5 MB', async () => {
  const { name, sha256, preprocessing, tensors } = await bundledVgg19Weights();
  expect({ name, sha256, preprocessing }).toEqual({
    name: 'utad-vgg19',
    sha256: 'edcadeb670c871bd2aee837fea11a877d8b2e2e7b9e752a20b2eae5eb4767534',
    preprocessing: torchvisionPreprocessing,
  });
  expect(vgg19Sha256(tensors)).toBe(sha256);
  const widths = Object.entries(tensors).flatMap(([key, { shape }]) => (key.endsWith('bias') ? shape : []));
  expect(widths).toEqual([32, 32, 64, 64, 128, 128, 128, 128]);
  expect(statSync(file).size).toBeLessThan(5e6);
});

it('has features that are neither dead nor without bound, in every layer', async () => {
  const scale = featureScale(await bundledVgg19Weights());
  for (const mean of Object.values(scale)) {
    expect(mean).toBeGreaterThan(0.05);
    expect(mean).toBeLessThan(5);
  }
});

it('sees a line that is missing where it is missing', async () => {
  const vgg = new Vgg19(await bundledVgg19Weights());
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
