import * as tf from '@tensorflow/tfjs';
import type { ImageBatch, Size, TensorData } from '@utad/core';
import type { MapBatch, Prediction, PredictOptions, Reduction, Wanted } from '../detector';
import { highestCount, quantilePlace } from '../reduce';
import { stateTensor } from '../state';

/** What a detector on TensorFlow.js computes of a batch; {@link predictionOf} reads it back. */
export interface TensorPrediction {
  /** `[B, h, w]`, at least 0. */
  readonly map: tf.Tensor3D;
  /** `[B]`, or how it comes from the map. */
  readonly score: tf.Tensor1D | Reduction;
  /** Terms of the map, `[B, h, w]` each, by name. */
  readonly parts?: Readonly<Record<string, tf.Tensor3D>>;
  /** Images that explain the map, `[B, H, W, 3]` in [0, 1] each. */
  readonly pictures?: Readonly<Record<string, tf.Tensor4D>>;
}

/** Images as a tensor `[B, H, W, 3]`, float32, in [0, 1]; the caller's to dispose of. */
export function imagesTensor({ data, shape }: ImageBatch): tf.Tensor4D {
  return tf.tidy(() => tf.div(tf.tensor4d(Float32Array.from(data), [...shape]), 255));
}

/**
 * Predicts on TensorFlow.js: what `compute` answers becomes plain data. Reduction and resizing run in the engine, and all
 * that is wanted is read back at once; no tensor is left behind.
 *
 * @param compute of images `[B, H, W, 3]` in [0, 1].
 */
export async function predictionOf(
  images: ImageBatch,
  { resizeTo, parts, pictures, differences }: PredictOptions,
  compute: (images: tf.Tensor4D) => TensorPrediction,
): Promise<Prediction> {
  const mapSize: [number, number] = [0, 0];
  const read = await readBack(() => {
    const x = imagesTensor(images);
    const computed = compute(x);
    const { map, score } = computed;
    [mapSize[0], mapSize[1]] = [map.shape[1], map.shape[2]];
    const terms = Object.entries(computed.parts ?? {});
    const shown = Object.entries(computed.pictures ?? {});
    return {
      scores: score instanceof tf.Tensor ? score : reduceMap(map, score),
      ...mapTensors(map, resizeTo),
      ...prefixed(
        'contribution',
        terms.map(([name, term]) => [name, reduceMap(term, 'mean')]),
      ),
      ...prefixed('part', chosen(terms, parts)),
      ...prefixed(
        'picture',
        chosen(shown, pictures).map(([name, picture]) => [name, picture.clipByValue(0, 1).mul(255).round()]),
      ),
      ...Object.fromEntries(
        chosen(shown, differences).flatMap(([name, picture]) =>
          Object.entries(mapTensors(x.sub(picture).abs().mean<tf.Tensor3D>(3), resizeTo)).map(
            ([key, tensor]) => [`difference ${key} ${name}`, tensor],
          ),
        ),
      ),
    };
  });
  const { values: maps, resized, means, maxima } = mapsIn(read, '');
  const contributions = under(read, 'contribution');
  const differing = [...read.keys()].flatMap((key) => /^difference values (.*)$/s.exec(key)?.[1] ?? []);
  return {
    scores: valuesIn(read, 'scores'),
    maps,
    mapSize,
    ...(resized && { resized }),
    reductions: { mean: means, max: maxima },
    ...(Object.keys(contributions).length > 0 && { contributions }),
    ...(parts !== undefined && { parts: under(read, 'part') }),
    ...(pictures !== undefined && {
      pictures: Object.fromEntries(
        Object.entries(under(read, 'picture')).map(([name, values]): [string, ImageBatch] => [
          name,
          { data: Uint8Array.from(values), shape: images.shape },
        ]),
      ),
    }),
    ...(differences !== undefined && {
      differences: Object.fromEntries(
        differing.map((name): [string, MapBatch] => [name, mapsIn(read, name)]),
      ),
    }),
  };
}

/**
 * One number of each map of a batch.
 *
 * @param map `[B, h, w]`
 * @returns `[B]`; the caller's to dispose of
 */
export function reduceMap(map: tf.Tensor3D, reduction: Reduction): tf.Tensor1D {
  return tf.tidy(() => {
    if (reduction === 'mean') return map.mean<tf.Tensor1D>([1, 2]);
    if (reduction === 'max') return map.max<tf.Tensor1D>([1, 2]);
    const [batch, height, width] = map.shape;
    const values = map.reshape<tf.Tensor2D>([batch, height * width]); // [B, h w]
    const length = height * width;
    if ('highest' in reduction) {
      return tf.topk(values, highestCount(length, reduction)).values.mean<tf.Tensor1D>(1);
    }
    const { below, share } = quantilePlace(length, reduction);
    const descending = tf.topk(values, length - below).values; // [B, those from the lower one on]
    const low = descending.slice([0, length - below - 1], [-1, 1]); // [B, 1]
    const high = share === 0 ? low : descending.slice([0, length - below - 2], [-1, 1]);
    return low.add(high.sub(low).mul(share)).reshape<tf.Tensor1D>([batch]);
  });
}

/** The weights of networks as a detector's state, each named `<network>/<weight>`. */
export async function weightsState(
  networks: Readonly<Record<string, tf.LayersModel>>,
): Promise<Map<string, TensorData>> {
  const state = new Map<string, TensorData>();
  for (const [network, { weights }] of Object.entries(networks)) {
    for (const weight of weights) {
      const value = weight.read();
      const data = new Float32Array(await value.data<'float32'>());
      state.set(`${network}/${weight.originalName}`, { data, shape: value.shape });
    }
  }
  return state;
}

/**
 * Gives networks the weights of a state. The networks were built by their own code: what a file says of their structure
 * is never run.
 *
 * @throws StateError when a weight is missing, or has another shape.
 */
export function restoreWeights(
  networks: Readonly<Record<string, tf.LayersModel>>,
  state: ReadonlyMap<string, TensorData>,
): void {
  for (const [network, { weights }] of Object.entries(networks)) {
    for (const weight of weights) {
      const shape = weight.shape.map((side) => side ?? 0);
      const { data } = stateTensor(state, `${network}/${weight.originalName}`, shape);
      const value = tf.tensor(data, shape);
      weight.write(value);
      value.dispose();
    }
  }
}

/** A map at its own size and, where one is asked for, at another, with the numbers that it is reduced to. */
function mapTensors(map: tf.Tensor3D, resizeTo: Size | undefined): Record<string, tf.Tensor> {
  return {
    values: map,
    ...(resizeTo && {
      resized: tf.image.resizeBilinear(map.expandDims<tf.Tensor4D>(3), [...resizeTo], false, true),
    }),
    means: reduceMap(map, 'mean'),
    maxima: reduceMap(map, 'max'),
  };
}

/** What {@link mapTensors} became: of the anomaly map, or of the difference of a picture. */
function mapsIn(read: ReadonlyMap<string, Float32Array>, picture: string): MapBatch {
  const key = (name: string) => (picture === '' ? name : `difference ${name} ${picture}`);
  const resized = read.get(key('resized'));
  return {
    values: valuesIn(read, key('values')),
    ...(resized && { resized }),
    means: valuesIn(read, key('means')),
    maxima: valuesIn(read, key('maxima')),
  };
}

function valuesIn(read: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const values = read.get(name);
  if (values === undefined) throw new Error(`expected ${name} to be read back`);
  return values;
}

function chosen<T>(all: readonly (readonly [string, T])[], wanted: Wanted | undefined) {
  return wanted === undefined ? [] : all.filter(([name]) => wanted === 'all' || wanted.includes(name));
}

function prefixed(
  group: string,
  tensors: readonly (readonly [string, tf.Tensor])[],
): Record<string, tf.Tensor> {
  return Object.fromEntries(tensors.map(([name, tensor]) => [`${group} ${name}`, tensor]));
}

function under(read: ReadonlyMap<string, Float32Array>, group: string): Record<string, Float32Array> {
  const found = [...read].filter(([name]) => name.startsWith(`${group} `));
  return Object.fromEntries(found.map(([name, values]) => [name.slice(group.length + 1), values]));
}

/** Reads tensors back in one go, by name; those of `compute`, and all that it made, are disposed of. */
async function readBack(
  compute: () => Readonly<Record<string, tf.Tensor>>,
): Promise<Map<string, Float32Array>> {
  const sizes = new Map<string, number>();
  const joined = tf.tidy(() => {
    const tensors = Object.entries(compute());
    for (const [name, { size }] of tensors) sizes.set(name, size);
    return tf.concat1d(tensors.map(([, tensor]) => tensor.flatten()));
  });
  try {
    const values = await joined.data<'float32'>();
    let offset = 0;
    return new Map(
      [...sizes].map(([name, size]) => {
        const part = values.slice(offset, offset + size);
        offset += size;
        return [name, part];
      }),
    );
  } finally {
    joined.dispose();
  }
}
