import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type Backbone, convolutionsOf, selectLayers } from './backbone';
import { type BackboneWeights, countOf, type WeightTensor, weightsSha256 } from './weights';

/**
 * A backbone that has learnt nothing: He-normal kernels (deviation `sqrt(2 / (height * width * inputs))`), zero biases, the
 * preprocessing of the published weights. The same seed gives the same weights on every machine and backend. Distances of
 * its features still grow with the difference of images, but they are no perceptual distance: say so wherever they are shown.
 *
 * @param seed an integer in [0, 2^32).
 * @param layers layers that are to be reached. Default the backbone's `defaultLayers`.
 * @throws RangeError for any other seed.
 */
export function randomWeights(backbone: Backbone, seed: number, layers?: readonly string[]): BackboneWeights {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new RangeError(`randomWeights: expected a seed, an integer in [0, 2^32), received ${seed}`);
  }
  const normal = normals(seed);
  const tensors: Record<string, WeightTensor> = {};
  for (const { name, kernel, inputs, filters } of convolutionsOf(selectLayers(backbone, layers).steps)) {
    const shape = [kernel, kernel, inputs, filters];
    const deviation = Math.sqrt(2 / (kernel * kernel * inputs));
    const data = new Float32Array(countOf(shape));
    for (let i = 0; i < data.length; i++) data[i] = deviation * normal();
    tensors[`${name}/kernel`] = { shape, data };
    tensors[`${name}/bias`] = { shape: [filters], data: new Float32Array(filters) };
  }
  return {
    backbone,
    name: `random (seed ${seed})`,
    sha256: weightsSha256(backbone, tensors),
    preprocessing: backbone.preprocessing,
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
