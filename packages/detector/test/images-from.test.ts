import * as tf from '@tensorflow/tfjs';
import type { Size } from '@utad/core';
import { type ImageSource, InputImageError, imagesFrom, type PixelData } from '@utad/detector';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fixture from '../../datasets/test/fixtures/pillow-resize.json';

let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensors);
});

const bytes = (width: number, height: number, values: readonly number[]): PixelData => ({
  data: Uint8ClampedArray.from(values),
  width,
  height,
});

/** The values of what it gives, which is freed. */
async function valuesFrom(source: ImageSource, size: Size): Promise<number[]> {
  const images = await imagesFrom(source, size);
  try {
    expect(images.dtype).toBe('float32');
    return [...images.dataSync()];
  } finally {
    images.dispose();
  }
}

/** As bytes, so that float32 and float64 read the same. */
const byteValuesFrom = async (source: ImageSource, size: Size) =>
  (await valuesFrom(source, size)).map((value) => Math.round(value * 255));

async function failure(source: unknown, size: Size = [1, 1]): Promise<InputImageError> {
  try {
    // What the types forbid is what JavaScript may still hand in.
    (await imagesFrom(source as ImageSource, size)).dispose();
  } catch (error) {
    if (error instanceof InputImageError) return error;
    throw error;
  }
  throw new Error('expected an InputImageError');
}

describe('pixels', () => {
  it('of ImageData become [1, H, W, 3] in [0, 1], rows first', async () => {
    const images = await imagesFrom(bytes(3, 1, [255, 0, 51, 255, 1, 2, 3, 255, 102, 153, 204, 255]), [1, 3]);
    expect(images.shape).toEqual([1, 1, 3, 3]);
    const expected = [1, 0, 0.2, 1 / 255, 2 / 255, 3 / 255, 0.4, 0.6, 0.8].map(Math.fround);
    expect([...images.dataSync()]).toEqual(expected);
    images.dispose();
  });

  it('that are transparent lie over black', async () => {
    const half = bytes(2, 1, [200, 100, 50, 255, 200, 100, 50, 51]);
    expect(await byteValuesFrom(half, [1, 2])).toEqual([200, 100, 50, 40, 20, 10]);
    expect(await byteValuesFrom(bytes(1, 1, [255, 255, 255, 0]), [1, 1])).toEqual([0, 0, 0]);
  });

  it('may come without alpha, or grey, which is repeated; a Uint8Array or a Buffer does', async () => {
    expect(await byteValuesFrom(bytes(2, 1, [1, 2, 3, 4, 5, 6]), [1, 2])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await byteValuesFrom(bytes(1, 2, [7, 9]), [2, 1])).toEqual([7, 7, 7, 9, 9, 9]);
    const buffer = { data: Buffer.from([8]), width: 1, height: 1 };
    expect(await byteValuesFrom(buffer, [1, 1])).toEqual([8, 8, 8]);
  });
});

describe('tensors', () => {
  it('[H, W, 3] become a batch of one', async () => {
    const tensor = tf.tensor3d([0, 0.25, 0.5, 0.75, 1, 0], [1, 2, 3]);
    expect(await valuesFrom(tensor, [1, 2])).toEqual([0, 0.25, 0.5, 0.75, 1, 0]);
    tensor.dispose();
  });

  it('[B, H, W, 3] stay a batch, each image resized by itself', async () => {
    const tensor = tf.tensor4d([0, 0, 0, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5], [2, 1, 2, 3]);
    const images = await imagesFrom(tensor, [1, 1]);
    expect(images.shape).toEqual([2, 1, 1, 3]);
    expect([...images.dataSync()]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    tf.dispose([images, tensor]);
  });

  it('with one channel are grey', async () => {
    const tensor = tf.tensor3d([0.25, 0.5], [1, 2, 1]);
    expect(await valuesFrom(tensor, [1, 2])).toEqual([0.25, 0.25, 0.25, 0.5, 0.5, 0.5]);
    tensor.dispose();
  });

  it('of the right size come back as a copy that outlives them', async () => {
    const tensor = tf.fill<tf.Rank.R4>([1, 2, 2, 3], 0.5);
    const images = await imagesFrom(tensor, [2, 2]);
    tensor.dispose();
    expect([...images.dataSync()]).toEqual(new Array(12).fill(0.5));
    images.dispose();
  });
});

describe('resizing', () => {
  it('enlarges with half-pixel centres: 0, 100, 200, 50 to eight pixels', async () => {
    const row = await byteValuesFrom(bytes(4, 1, [0, 100, 200, 50]), [1, 8]);
    // At -0.25, 0.25, 0.75 ... of the source; the border repeats.
    expect(row.filter((_, index) => index % 3 === 0)).toEqual([0, 25, 75, 125, 175, 163, 88, 50]);
  });

  it('takes height before width', async () => {
    const column = await byteValuesFrom(bytes(1, 2, [0, 100]), [4, 1]);
    expect(column.filter((_, index) => index % 3 === 0)).toEqual([0, 25, 75, 100]);
  });

  it('leaves no pixel out when it shrinks: one bright one of 64 is seen at any size', async () => {
    const line = new Array<number>(64).fill(0);
    line[37] = 255;
    const shrunk = await valuesFrom(bytes(64, 1, line), [1, 4]);
    expect(Math.max(...shrunk)).toBeGreaterThan(0.02);
  });

  it.each(fixture.cases)('$from to $to is within 1 of 255 of Pillow on noise', async (one) => {
    const [height = 0, width = 0] = one.from;
    const [toHeight = 0, toWidth = 0] = one.to;
    // The picture of pillow_resize.py.
    const picture: number[] = [];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (let channel = 0; channel < 3; channel++) {
          picture.push(
            (97 * row * row + 57 * column * (row + 1) + 83 * channel + 31 * column * column) % 256,
          );
        }
      }
    }
    const ours = await valuesFrom(bytes(width, height, picture), [toHeight, toWidth]);
    const theirs = Buffer.from(one.pixels, 'hex');
    expect(ours).toHaveLength(theirs.length);
    const worst = Math.max(...ours.map((value, index) => Math.abs(value * 255 - (theirs[index] ?? 0))));
    // Pillow rounds to bytes after each of its two passes.
    expect(worst).toBeLessThanOrEqual(1);
  });

  it('keeps flat images flat, and stays between the darkest and the brightest pixel', async () => {
    const side = fc.integer({ min: 1, max: 9 });
    const cases = fc.record({ width: side, height: side, to: fc.tuple(side, side) });
    await fc.assert(
      fc.asyncProperty(cases, fc.infiniteStream(fc.integer({ min: 0, max: 255 })), async (one, stream) => {
        const { width, height, to } = one;
        const grey = [...stream.take(width * height)];
        const values = await byteValuesFrom(bytes(width, height, grey), to);
        expect(Math.min(...values)).toBeGreaterThanOrEqual(Math.min(...grey));
        expect(Math.max(...values)).toBeLessThanOrEqual(Math.max(...grey));
        const flat = await byteValuesFrom(bytes(width, height, grey.fill(77)), to);
        expect(new Set(flat)).toEqual(new Set([77]));
      }),
      { numRuns: 50 },
    );
  });
});

describe('what is refused', () => {
  const tensorFailure = async (tensor: tf.Tensor) => {
    try {
      const { problem, message } = await failure(tensor);
      return [problem, message];
    } finally {
      tensor.dispose();
    }
  };

  it('tensors outside [0, 1], with the range seen', async () => {
    expect(await tensorFailure(tf.tensor3d([-0.5, 0, 1.5], [1, 1, 3]))).toEqual([
      'range',
      'imagesFrom: expected values in [0, 1], received -0.5 to 1.5',
    ]);
    expect(await tensorFailure(tf.tensor3d([0, 128, 255], [1, 1, 3]))).toEqual([
      'range',
      'imagesFrom: expected values in [0, 1], received 0 to 255; divide bytes by 255',
    ]);
    expect(await tensorFailure(tf.tensor3d([0, Number.NaN, 1], [1, 1, 3]))).toEqual([
      'range',
      'imagesFrom: expected values in [0, 1], received NaN',
    ]);
  });

  it('tensors of another shape or type', async () => {
    expect(await tensorFailure(tf.zeros([2, 3]))).toEqual([
      'shape',
      'imagesFrom: expected a tensor [H, W, 3] or [B, H, W, 3], received [2,3]',
    ]);
    expect(await tensorFailure(tf.zeros([2, 3, 4]))).toMatchObject(['shape', expect.any(String)]);
    expect(await tensorFailure(tf.zeros([0, 2, 2, 3]))).toMatchObject(['shape', expect.any(String)]);
    expect(await tensorFailure(tf.zeros([1, 1, 3], 'int32'))).toEqual([
      'dtype',
      'imagesFrom: expected a tensor of float32 in [0, 1], received int32',
    ]);
  });

  it('pixels whose number does not fit their sides', async () => {
    expect(await failure(bytes(2, 2, [1, 2, 3]))).toMatchObject({
      problem: 'shape',
      message:
        'imagesFrom: expected 4, 3 or 1 bytes for each of 2x2 pixels, received 3 values in Uint8ClampedArray',
    });
    expect(await failure({ data: new Float32Array(4), width: 1, height: 1 })).toMatchObject({
      problem: 'shape',
      message:
        'imagesFrom: expected 4, 3 or 1 bytes for each of 1x1 pixels, received 4 values in Float32Array',
    });
    expect(await failure(bytes(0, 0, []))).toMatchObject({ problem: 'shape' });
    expect(await failure(bytes(2 ** 20, 2 ** 20, []))).toMatchObject({
      message: 'imagesFrom: expected an image of 1 to 268435456 pixels, received 1048576x1048576',
    });
  });

  it.each([
    ['photo.png', 'photo.png'],
    [null, 'null'],
    [undefined, 'undefined'],
    [new Uint8Array(12), 'Uint8Array'],
  ])('%j, which is no image', async (source, received) => {
    expect(await failure(source)).toMatchObject({
      problem: 'kind',
      message: `imagesFrom: expected an image, a canvas, an ImageBitmap, an ImageData or a tensor, received ${received}`,
    });
  });
});
