import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { torchvisionPreprocessing } from './preprocessing';
import { countOf, type Vgg19Weights, vgg19Sha256, vgg19Shapes, type WeightTensor } from './weights';

/**
 * VGG-19 that has learnt nothing: He-normal kernels (deviation `sqrt(2 / (9 * inputs))`), zero biases, torchvision's
 * preprocessing. The same seed gives the same weights on every machine and backend. Its distances still grow with the
 * difference of images, but they are no perceptual distance: say so wherever they are shown.
 *
 * @param seed an integer in [0, 2^32).
 * @throws RangeError for any other seed.
 */
export function randomVgg19Weights(seed: number): Vgg19Weights {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new RangeError(`randomVgg19Weights: expected a seed, an integer in [0, 2^32), received ${seed}`);
  }
  const normal = normals(seed);
  const tensors: Record<string, WeightTensor> = {};
  for (const [name, shape] of vgg19Shapes) {
    const data = new Float32Array(countOf(shape));
    const [height, width, inputs] = shape;
    if (height !== undefined && width !== undefined && inputs !== undefined) {
      const deviation = Math.sqrt(2 / (height * width * inputs));
      for (let i = 0; i < data.length; i++) data[i] = deviation * normal();
    }
    tensors[name] = { shape, data };
  }
  return {
    name: `random (seed ${seed})`,
    sha256: vgg19Sha256(tensors),
    preprocessing: torchvisionPreprocessing,
    tensors,
    seed,
  };
}

/**
 * Standard normal numbers by Marsaglia's polar method. The form of Box-Muller with sine and cosine would differ in the
 * last bits between JavaScript engines.
 */
function normals(seed: number): () => number {
  const generator = xoroshiro128plus(seed | 0);
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * uniformFloat64(generator) - 1;
      const v = 2 * uniformFloat64(generator) - 1;
      const square = u * u + v * v;
      if (square === 0 || square >= 1) continue;
      const radius = Math.sqrt((-2 * Math.log(square)) / square);
      spare = v * radius;
      return u * radius;
    }
  };
}
