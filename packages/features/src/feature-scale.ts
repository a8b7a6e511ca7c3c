import { type BackboneStep, type Convolution, type MaxPooling, stepInputs } from './backbone';
import type { Preprocessing } from './preprocessing';
import { type BackboneWeights, namesThrough, type WeightTensor, weightTensor } from './weights';

/** Height and width of the picture. */
const SIDE = 16;

/** Values of one layer, `[side, side, channels]`. */
interface Plane {
  readonly side: number;
  readonly channels: number;
  readonly data: Float64Array;
}

/**
 * How large the features are with these weights: the mean of each layer that they reach, on one small picture of colour
 * ramps (16x16, channels `16x + 3y`, `5x + 16y` and `7xy` modulo 256). Distances made with two sets of weights are as
 * different as these numbers; within one set they say how much of a distance to expect of each layer.
 *
 * Plain arithmetic in float64, so that it is the same everywhere and needs no backend; about a tenth of a second for VGG-19
 * to conv3_4.
 *
 * @throws WeightsError when a tensor is missing or of another shape.
 *
 * @example
 * featureScale(weights).conv3_4; // 2125 with Keras' weights for ImageNet
 */
export function featureScale({ backbone, tensors, preprocessing }: BackboneWeights): Record<string, number> {
  const { steps, layers } = backbone;
  const scale: Record<string, number> = {};
  const planes = new Map<string | undefined, Plane>([[undefined, picture(preprocessing)]]);
  const known = new Set(namesThrough(backbone, tensors));
  for (const [index, step] of steps.entries()) {
    if (step.op === 'conv' && !known.has(`${step.name}/kernel`)) break;
    const [input, other] = stepInputs(steps, index).map((name) => planes.get(name) ?? NO_PLANE);
    const plane = planeOf(step, input ?? NO_PLANE, other ?? NO_PLANE, (kind) =>
      weightTensor(backbone, tensors, `${step.name}/${kind}`),
    );
    planes.set(step.name, plane);
    if (layers.includes(step.name)) {
      scale[step.name] = plane.data.reduce((sum, value) => sum + value, 0) / plane.data.length;
    }
  }
  return scale;
}

const NO_PLANE: Plane = { side: 0, channels: 0, data: new Float64Array() };

function planeOf(
  step: BackboneStep,
  input: Plane,
  other: Plane,
  tensor: (kind: 'kernel' | 'bias') => WeightTensor,
): Plane {
  switch (step.op) {
    case 'conv':
      return convolve(input, step, tensor('kernel'), tensor('bias'));
    case 'maxPool':
      return pool(input, step);
    case 'add': {
      const sums = input.data.map((value, i) => value + (other.data[i] ?? Number.NaN));
      return { ...input, data: step.relu ? sums.map((value) => Math.max(0, value)) : sums };
    }
  }
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

/** How many places a window has along an axis. */
function placesIn(side: number, size: number, { stride, padding }: Window): number {
  return Math.floor((side + 2 * padding - size) / stride) + 1;
}

interface Window {
  readonly stride: number;
  readonly padding: number;
}

/** The largest of the values under each place of the window. */
function pool({ side, channels, data }: Plane, step: MaxPooling): Plane {
  const { size, stride, padding } = step;
  const places = placesIn(side, size, step);
  const pooled = new Float64Array(places * places * channels);
  for (let y = 0; y < places; y++) {
    for (let x = 0; x < places; x++) {
      for (let place = 0; place < size * size; place++) {
        const v = y * stride + Math.floor(place / size) - padding;
        const u = x * stride + (place % size) - padding;
        if (v < 0 || u < 0 || v >= side || u >= side) continue;
        for (let c = 0; c < channels; c++) {
          const at = (y * places + x) * channels + c;
          const value = data[(v * side + u) * channels + c] ?? Number.NaN;
          // Values are at least 0.
          pooled[at] = Math.max(pooled[at] ?? 0, value);
        }
      }
    }
  }
  return { side: places, channels, data: pooled };
}

/** Zeros around; ReLU where one follows. */
function convolve(
  { side, channels, data }: Plane,
  step: Convolution,
  kernel: WeightTensor,
  bias: WeightTensor,
): Plane {
  const { kernel: size, stride, padding, relu } = step;
  const filters = bias.data.length;
  const places = placesIn(side, size, step);
  const result = new Float64Array(places * places * filters);
  for (let y = 0; y < places; y++) {
    for (let x = 0; x < places; x++) {
      const sums = Float64Array.from(bias.data);
      for (let place = 0; place < size * size; place++) {
        const v = y * stride + Math.floor(place / size) - padding;
        const u = x * stride + (place % size) - padding;
        if (v < 0 || u < 0 || v >= side || u >= side) continue;
        for (let c = 0; c < channels; c++) {
          const value = data[(v * side + u) * channels + c] ?? Number.NaN;
          const row = (place * channels + c) * filters;
          for (let f = 0; f < filters; f++)
            sums[f] = (sums[f] ?? 0) + value * (kernel.data[row + f] ?? Number.NaN);
        }
      }
      result.set(relu ? sums.map((sum) => Math.max(0, sum)) : sums, (y * places + x) * filters);
    }
  }
  return { side: places, channels: filters, data: result };
}
