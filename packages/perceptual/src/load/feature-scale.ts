import type { Preprocessing } from '../preprocessing';
import { type Vgg19Weights, vgg19Layers, type WeightTensor, weightTensor } from '../weights';

/** Height and width of the picture. */
const SIDE = 16;

/** Values of one layer, `[side, side, channels]`. */
interface Plane {
  readonly side: number;
  readonly channels: number;
  readonly data: Float64Array;
}

/**
 * How large the features of VGG-19 are with these weights: the mean of each layer, conv1_1 to conv3_4, on one small
 * picture of colour ramps (16x16, channels `16x + 3y`, `5x + 16y` and `7xy` modulo 256). Distances made with two sets of
 * weights are as different as these numbers; within one set they say how much of a distance to expect of each layer.
 *
 * Plain arithmetic in float64, so that it is the same everywhere and needs no backend; about a tenth of a second.
 *
 * @throws WeightsError when a tensor is missing or of another shape.
 *
 * @example
 * featureScale(weights).conv3_4; // 2125 with Keras' weights for ImageNet
 */
export function featureScale({ tensors, preprocessing }: Vgg19Weights): Record<string, number> {
  const scale: Record<string, number> = {};
  let plane = picture(preprocessing);
  for (const { name, pooled } of vgg19Layers) {
    if (pooled) plane = pool(plane);
    plane = convolve(plane, weightTensor(tensors, `${name}/kernel`), weightTensor(tensors, `${name}/bias`));
    scale[name] = plane.data.reduce((sum, value) => sum + value, 0) / plane.data.length;
  }
  return scale;
}

function picture({ scale, order, mean, deviation }: Preprocessing): Plane {
  const data = new Float64Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const rgb = [16 * x + 3 * y, 5 * x + 16 * y, 7 * x * y];
      for (let c = 0; c < 3; c++) {
        const byte = (rgb[order === 'bgr' ? 2 - c : c] ?? 0) % 256;
        data[(y * SIDE + x) * 3 + c] = ((scale * byte) / 255 - (mean[c] ?? 0)) / (deviation[c] ?? 1);
      }
    }
  }
  return { side: SIDE, channels: 3, data };
}

/** The larger of each 2x2 values. */
function pool({ side, channels, data }: Plane): Plane {
  const half = side / 2;
  const pooled = new Float64Array(half * half * channels);
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      for (let c = 0; c < channels; c++) {
        const at = (dy: number, dx: number) =>
          data[((2 * y + dy) * side + 2 * x + dx) * channels + c] ?? Number.NaN;
        pooled[(y * half + x) * channels + c] = Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1));
      }
    }
  }
  return { side: half, channels, data: pooled };
}

/** 3x3, zeros around, ReLU. */
function convolve({ side, channels, data }: Plane, kernel: WeightTensor, bias: WeightTensor): Plane {
  const filters = bias.data.length;
  const result = new Float64Array(side * side * filters);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const sums = Float64Array.from(bias.data);
      for (let place = 0; place < 9; place++) {
        const [v, u] = [y + Math.floor(place / 3) - 1, x + (place % 3) - 1];
        if (v < 0 || u < 0 || v >= side || u >= side) continue;
        for (let c = 0; c < channels; c++) {
          const value = data[(v * side + u) * channels + c] ?? Number.NaN;
          const row = (place * channels + c) * filters;
          for (let f = 0; f < filters; f++)
            sums[f] = (sums[f] ?? 0) + value * (kernel.data[row + f] ?? Number.NaN);
        }
      }
      for (let f = 0; f < filters; f++) result[(y * side + x) * filters + f] = Math.max(0, sums[f] ?? 0);
    }
  }
  return { side, channels: filters, data: result };
}
