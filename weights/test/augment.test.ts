import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { augment } from '../src/augment';

const images = () => tf.randomUniform<tf.Rank.R4>([8, 32, 32, 3], 0, 1, 'float32', 1);

it('makes another view of each image by seed, of the same shape and range', () => {
  tf.tidy(() => {
    const x = images();
    const none = new Array(8).fill(false);
    const [one, same, other] = [augment(x, none, 1), augment(x, none, 1), augment(x, none, 2)];
    expect(one.shape).toEqual(x.shape);
    expect([...one.dataSync()].every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(one.sub(same).abs().max().dataSync()[0]).toBe(0);
    expect(one.sub(other).abs().mean().dataSync()[0]).toBeGreaterThan(0.05);
  });
});

it('mirrors images that may be mirrored, and no others', () => {
  tf.tidy(() => {
    // Dark on the left, light on the right: only a mirrored view falls from left to right.
    const ramp = tf.tile(tf.linspace(0.2, 0.8, 32).as4D(1, 1, 32, 1), [64, 32, 1, 3]);
    const falling = (may: boolean) => {
      const view = augment(ramp, new Array(64).fill(may), 3);
      const [left, right] = [12, 20].map((x) => view.slice([0, 16, x, 0], [-1, 1, 1, 1]).dataSync());
      return [...(left ?? [])].filter((value, index) => value > (right?.[index] ?? 0)).length;
    };
    expect(falling(false)).toBe(0);
    expect(falling(true)).toBeGreaterThan(16);
  });
});
