import {
  type Dataset,
  type ImageBatch,
  type ImageRecord,
  resizeNearest,
  type Size,
  type TensorData,
} from '@utad/core';
import { sha256 } from '@utad/files';
import { type Graph, GraphBuilder } from '@utad/onnx';
import type {
  AnomalyDetector,
  Asset,
  CodeBatch,
  FitOptions,
  FitSummary,
  Prediction,
  PredictOptions,
  Reduction,
} from './detector';
import { addReduction } from './onnx/add-reduction';
import { expectImageSize } from './predict-whole';
import { reduceMaps } from './reduce';
import { stateTensor } from './state';

/** A region of interest: of other pixels nothing is learned, and nothing said. */
export interface Roi {
  /** Row by row, a byte each: 1 inside, 0 outside. */
  readonly mask: Uint8Array;
  /** Height and width of the mask. */
  readonly size: Size;
}

/** The tensor of a state that holds the region of interest, `[H, W]`, 1 inside. */
const ROI_TENSOR = 'roi';

/**
 * A detector that looks at a region of interest alone, for fixtures, backgrounds and time stamps: images are black outside
 * before it sees them, in training and after; maps are 0 there; scores that are reductions of the map, and fitted
 * thresholds, are taken over the pixels inside. Its state holds the region, so that a bundle does.
 *
 * @param roi of any size; taken by nearest neighbour to that of the detector's images.
 * @throws RangeError when no pixel is inside, or the mask is not of its size.
 */
export function withRoi(detector: AnomalyDetector, roi: Roi): RoiDetector {
  return new RoiDetector(detector, roi);
}

/** The region of interest that a state holds, if it holds one. */
export function roiOf(state: ReadonlyMap<string, TensorData>): Roi | undefined {
  if (!state.has(ROI_TENSOR)) return undefined;
  const { data, shape } = stateTensor(state, ROI_TENSOR, [null, null]);
  const [height = 0, width = 0] = shape;
  return { mask: Uint8Array.from(data), size: [height, width] };
}

/** What {@link withRoi} makes. */
export class RoiDetector implements AnomalyDetector {
  /** At the size of the images. */
  readonly roi: Roi;
  readonly #inner: AnomalyDetector;
  readonly #masks = new Map<string, Uint8Array>();
  readonly embed?: (images: ImageBatch) => Promise<CodeBatch>;
  readonly graph?: () => Promise<Graph>;

  constructor(inner: AnomalyDetector, { mask, size }: Roi) {
    if (mask.length !== size[0] * size[1]) {
      throw new RangeError(
        `roi: expected ${size[0] * size[1]} values for ${size.join('x')}, received ${mask.length}`,
      );
    }
    const inside = resizeNearest(mask, size, inner.inputSize);
    if (!inside.includes(1)) {
      throw new RangeError(`roi: expected pixels inside at ${inner.inputSize.join('x')}, received none`);
    }
    this.roi = { mask: inside, size: inner.inputSize };
    this.#inner = inner;
    const embed = inner.embed?.bind(inner);
    if (embed) this.embed = (images) => embed(this.#blackened(images));
    const graph = inner.graph?.bind(inner);
    if (graph) this.graph = async () => this.#graphInside(await graph());
  }

  get kind(): string {
    return this.#inner.kind;
  }

  get config(): unknown {
    return this.#inner.config;
  }

  get inputSize(): Size {
    return this.#inner.inputSize;
  }

  get reduction(): Reduction | undefined {
    return this.#inner.reduction;
  }

  get assets(): Readonly<Record<string, Asset>> | undefined {
    return this.#inner.assets;
  }

  fit(data: Dataset, { validation, ...options }: FitOptions = {}): Promise<FitSummary> {
    return this.#inner.fit(this.#inside(data), {
      ...options,
      ...(validation && { validation: this.#inside(validation) }),
    });
  }

  async predict(images: ImageBatch, options: PredictOptions = {}): Promise<Prediction> {
    expectImageSize(images, this.inputSize);
    // Resized maps and numbers of maps follow from the maps once these end at the region.
    const { resizeTo: _, ...rest } = options;
    const {
      resized: __,
      reductions: ___,
      ...prediction
    } = await this.#inner.predict(this.#blackened(images), rest);
    const { maps, mapSize, scores } = prediction;
    const mask = this.#maskAt(mapSize);
    const inside = maps.map((value, index) => (mask[index % mask.length] === 1 ? value : 0));
    const counted = insideRoi(inside, scores.length, mask);
    return {
      ...prediction,
      maps: inside,
      scores: this.reduction === undefined ? scores : reduceMaps(counted, scores.length, this.reduction),
      reductions: {
        mean: reduceMaps(counted, scores.length, 'mean'),
        max: reduceMaps(counted, scores.length, 'max'),
      },
    };
  }

  async state(): Promise<ReadonlyMap<string, TensorData>> {
    const roi = { data: Float32Array.from(this.roi.mask), shape: this.roi.size };
    return new Map([...(await this.#inner.state()), [ROI_TENSOR, roi]]);
  }

  dispose(): void {
    this.#inner.dispose();
  }

  /** What the inner one computes, of images that are black outside, with a map that is 0 there. */
  #graphInside(inner: Graph): Graph {
    const [height, width] = this.inputSize;
    const graph = new GraphBuilder(inner.name);
    const images = graph.input('images', 'float32', ['B', height, width, 3]);
    const inside = graph.constant(Float32Array.from(this.roi.mask), [height, width, 1], 'roi');
    const values = graph.inline(inner, { images: graph.add('Mul', [images, inside]) });
    for (const { name, type, shape } of inner.outputs) {
      if (name !== 'map' && name !== 'score') graph.output(name, values[name] ?? '', type, shape);
    }
    const mapShape = inner.outputs.find(({ name }) => name === 'map')?.shape ?? [];
    const mapSize: Size = [Number(mapShape[1]), Number(mapShape[2])];
    const mask = this.#maskAt(mapSize);
    const map = graph.add('Mul', [values.map ?? '', graph.constant(Float32Array.from(mask), mapSize, 'roi')]);
    graph.output('map', map, 'float32', mapShape);
    const places = [...mask.keys()].filter((place) => mask[place] === 1);
    const score =
      this.reduction === undefined
        ? (values.score ?? '')
        : addReduction(graph, map, mapSize, this.reduction, places);
    graph.output('score', score, 'float32', ['B']);
    return graph.build();
  }

  #maskAt(size: Size): Uint8Array {
    const key = size.join('x');
    const mask = this.#masks.get(key) ?? resizeNearest(this.roi.mask, this.roi.size, size);
    this.#masks.set(key, mask);
    return mask;
  }

  #blackened({ data, shape }: ImageBatch): ImageBatch {
    return { data: blackened(data, 3, this.roi.mask), shape };
  }

  #inside(data: Dataset): Dataset {
    const { mask } = this.roi;
    return {
      count: data.count,
      fingerprint: `${data.fingerprint} inside ${sha256(mask)}`,
      async *records(order, pass) {
        for await (const record of data.records(order, pass)) yield recordInside(record, mask);
      },
    };
  }
}

/** The values of a batch of maps that lie inside a region, map by map. */
export function insideRoi(maps: Float32Array, count: number, mask: Uint8Array): Float32Array {
  const length = maps.length / count;
  return maps.filter((_, index) => mask[index % length] === 1);
}

function recordInside(record: ImageRecord, mask: Uint8Array): ImageRecord {
  return { ...record, image: blackened(record.image, record.channels, mask) };
}

function blackened(bytes: Uint8Array, channels: number, mask: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => (mask[Math.floor(index / channels) % mask.length] === 1 ? byte : 0));
}
