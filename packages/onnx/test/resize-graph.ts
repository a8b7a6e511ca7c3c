import { resizeImage, type Size } from '@utad/core';
import { addResize, encodeGraph, GraphBuilder } from '@utad/onnx';

/** A model that resizes `images` to `resized` and does nothing else. */
export function resizeGraph(to: Size): Uint8Array {
  const graph = new GraphBuilder('resize');
  const images = graph.input('images', 'uint8', ['B', 'H', 'W', 3]);
  graph.output('resized', addResize(graph, images, to), 'float32', ['B', ...to, 3]);
  return encodeGraph(graph.build());
}

/** What the model must give: images resized one by one. */
export function resizeEach(images: Uint8Array, count: number, [height, width]: Size, to: Size): Uint8Array {
  const length = height * width * 3;
  const resized = new Uint8Array(count * to[0] * to[1] * 3);
  for (let index = 0; index < count; index++) {
    const image = images.subarray(index * length, (index + 1) * length);
    resized.set(resizeImage(image, { height, width, channels: 3 }, to), index * to[0] * to[1] * 3);
  }
  return resized;
}

/** Noise, the same each time. */
export function randomImages(count: number, [height, width]: Size): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: count * height * width * 3 }, () => {
    // Numerical Recipes' generator, whose high bits are the random ones.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}
