import * as tf from '@tensorflow/tfjs';
import { deriveSeed, uniformSource } from '@utad/core';
import type { Images } from '@utad/layers';

/** Beyond the border, as a share of the image: what is there is black. */
const MARGIN = 0.12;

/** Images enlarged up to so many times, since anomaly detection sees small images enlarged, too. */
const LARGEST_ZOOM = 2.2;

/** Share of the images that are not enlarged. */
const UNZOOMED = 0.4;

/**
 * Another view of each image: shifted, enlarged in three of five cases, mirrored unless its class reads differently then,
 * lighter or darker.
 *
 * @param images `[B, H, W, 3]` in [0, 1].
 * @param mirrored whether each image may be mirrored.
 * @returns images of the same shape and range.
 */
export function augment(images: Images, mirrored: readonly boolean[], seed: number): Images {
  const [count, height, width] = images.shape;
  const random = uniformSource(deriveSeed(seed, 'views'));
  const boxes: [number, number, number, number][] = [];
  const gains: number[] = [];
  const lifts: number[] = [];
  for (let index = 0; index < count; index++) {
    const zoom = Math.max(0, (random() - UNZOOMED) / (1 - UNZOOMED));
    const side = 1 / (1 + zoom * (LARGEST_ZOOM - 1));
    const place = () => -MARGIN + random() * (1 - side + 2 * MARGIN);
    const [top, left] = [place(), place()];
    const [from, to] = random() < 0.5 && mirrored[index] ? [left + side, left] : [left, left + side];
    boxes.push([top, from, top + side, to]);
    gains.push(0.8 + 0.4 * random());
    lifts.push(-0.1 + 0.2 * random());
  }
  return tf.tidy(() => {
    const indices = boxes.map((_, index) => index);
    const views: Images = tf.image.cropAndResize(images, boxes, indices, [height, width], 'bilinear', 0);
    const each = (values: number[]) => tf.tensor4d(values, [count, 1, 1, 1]);
    const lit = tf.add<tf.Tensor4D>(tf.mul(views, each(gains)), each(lifts));
    return tf.clipByValue(lit, 0, 1);
  });
}
