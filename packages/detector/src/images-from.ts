import * as tf from '@tensorflow/tfjs';
import type { Size } from '@utad/core';
import type { Images } from '@utad/training';
import { InputImageError } from './input-image-error';
import { checkSides, type Drawable, drawn, isDrawable, isPixelData, type PixelData } from './pixels';
import { type Raster, resample } from './resample';

/** What {@link imagesFrom} takes: one image, or a tensor with one or a batch of them. */
export type ImageSource = Drawable | PixelData | tf.Tensor3D | tf.Tensor4D;

/**
 * Images as a detector wants them, from what a browser or a decoder has. Resized bilinearly with half-pixel centres, the
 * kernel widened when shrinking, as `@utad/datasets` does with the images that a detector learns from; the aspect ratio
 * is not kept. Grey is repeated over the three channels; transparent parts are laid over black.
 *
 * @param source an `HTMLImageElement` (waited for), a canvas, an `ImageBitmap`, an `ImageData` or bytes laid out as one; or
 *   a tensor `[H, W, C]` or `[B, H, W, C]`, float32 in [0, 1], C 3 or 1. It stays the caller's.
 * @param size height and width to resize to, the detector's `inputSize`.
 * @returns `[B, H, W, 3]`, float32, in [0, 1]; the caller disposes of it.
 * @throws InputImageError that says what was expected: of tensors the range is checked here, and nowhere after.
 *
 * @example
 * const images = await imagesFrom(canvas, detector.inputSize);
 * const prediction = detector.predict(images);
 */
export async function imagesFrom(source: ImageSource, size: Size): Promise<Images> {
  const rasters = await rastersOf(source);
  const [height, width] = size;
  const values = new Float32Array(rasters.length * height * width * 3);
  for (const [index, raster] of rasters.entries()) {
    values.set(resample(raster, size).values, index * height * width * 3);
  }
  return tf.tensor4d(values, [rasters.length, height, width, 3]);
}

async function rastersOf(source: unknown): Promise<Raster[]> {
  if (source instanceof tf.Tensor) return tensorRasters(source);
  if (typeof source === 'object' && source !== null) {
    if (isDrawable(source)) return [byteRaster(await drawn(source))];
    if (isPixelData(source)) return [byteRaster(source)];
  }
  throw new InputImageError(
    'kind',
    `imagesFrom: expected an image, a canvas, an ImageBitmap, an ImageData or a tensor, received ${describe(source)}`,
  );
}

function byteRaster({ data, width, height }: PixelData): Raster {
  checkSides(width, height);
  const channels = data.length / (width * height);
  const bytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  if (!bytes || (channels !== 4 && channels !== 3 && channels !== 1)) {
    throw new InputImageError(
      'shape',
      `imagesFrom: expected 4, 3 or 1 bytes for each of ${height}x${width} pixels, received ${data.length} values in ${describe(data)}`,
    );
  }
  const values = new Float32Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = channels === 4 ? (data[pixel * 4 + 3] ?? 0) / 255 : 1;
    for (let channel = 0; channel < 3; channel++) {
      const byte = data[pixel * channels + (channels === 1 ? 0 : channel)] ?? 0;
      values[pixel * 3 + channel] = (byte / 255) * alpha;
    }
  }
  return { values, size: [height, width] };
}

async function tensorRasters(tensor: tf.Tensor): Promise<Raster[]> {
  const shape = tensor.rank === 3 ? [1, ...tensor.shape] : tensor.shape;
  const [batch = 0, height = 0, width = 0, channels = 0] = shape;
  if (shape.length !== 4 || batch === 0 || (channels !== 3 && channels !== 1)) {
    throw new InputImageError(
      'shape',
      `imagesFrom: expected a tensor [H, W, 3] or [B, H, W, 3], received [${tensor.shape}]`,
    );
  }
  checkSides(width, height);
  if (tensor.dtype !== 'float32') {
    throw new InputImageError(
      'dtype',
      `imagesFrom: expected a tensor of float32 in [0, 1], received ${tensor.dtype}`,
    );
  }
  const all = await tensor.data<'float32'>();
  checkRange(all);
  const length = height * width * channels;
  return Array.from({ length: batch }, (_, index): Raster => {
    const values = all.slice(index * length, (index + 1) * length);
    return { values: channels === 3 ? values : repeated(values), size: [height, width] };
  });
}

/** @throws InputImageError `range` with the range seen. */
function checkRange(values: Float32Array): void {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (Number.isNaN(value)) {
      throw new InputImageError('range', 'imagesFrom: expected values in [0, 1], received NaN');
    }
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min >= 0 && max <= 1) return;
  const hint = min >= 0 && max > 2 && max <= 255 ? '; divide bytes by 255' : '';
  throw new InputImageError(
    'range',
    `imagesFrom: expected values in [0, 1], received ${min} to ${max}${hint}`,
  );
}

function repeated(grey: Float32Array): Float32Array {
  const values = new Float32Array(grey.length * 3);
  for (const [index, value] of grey.entries()) values.fill(value, index * 3, index * 3 + 3);
  return values;
}

function describe(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
