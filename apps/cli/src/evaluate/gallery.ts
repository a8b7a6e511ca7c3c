import * as tf from '@tensorflow/tfjs';
import { resizeNearest, type Size } from '@utad/core';
import type { EvaluatedImage, Prediction } from '@utad/detector';
import { type Gallery, GalleryBuilder, type GalleryRow } from '@utad/report';
import type { Batch, Images } from '@utad/training';
import type { EvaluationObserver, OpenedEvaluation } from './observer';
import { type PartLimitsWatch, partLimits } from './part-limits';
import { inOrder, namesOf, partName, symbolOf } from './symbols';

/** Of an opened evaluation, what a gallery has to know. */
interface Opened {
  readonly manifest: Pick<OpenedEvaluation['manifest'], 'inputSize' | 'thresholds'>;
  readonly detector: Pick<OpenedEvaluation['detector'], 'predict' | 'inputSize'>;
  readonly test: OpenedEvaluation['test'];
}

/** Collects the images of an evaluation for its report, with everything that explains their scores. */
export class GalleryObserver implements EvaluationObserver {
  readonly wantsParts = true;
  readonly #opened: Opened;
  readonly #most: number | undefined;
  readonly #watch: PartLimitsWatch;
  readonly #size: Size;
  #builder: GalleryBuilder | undefined;

  /** @param most how many images are shown at most; the rest is chosen as {@link GalleryBuilder} says */
  constructor(opened: Opened, most?: number, watch: PartLimitsWatch = {}) {
    this.#opened = opened;
    this.#most = most;
    this.#watch = watch;
    this.#size = opened.manifest.inputSize;
  }

  /** What collects the images; undefined before the first one. */
  get builder(): GalleryBuilder | undefined {
    return this.#builder;
  }

  async see(batch: Batch, prediction: Prediction, items: readonly EvaluatedImage[]): Promise<void> {
    this.#builder ??= await this.#open();
    const read = await readBatch(batch.images, prediction);
    for (const [index, { id, defectType: kind, label, score }] of items.entries()) {
      const record = batch.records[index];
      if (record?.id !== id) throw new Error(`gallery: expected the image ${id}, received ${record?.id}`);
      const { mask, maskSize = record.size } = record;
      await this.#builder.add({
        ...{ id, defectType: kind, label, score },
        size: this.#size,
        images: read.images.map(({ values, ...names }) => ({
          ...names,
          pixels: sliceOf(values, index, items),
        })),
        maps: read.maps.map(({ values, ...names }) => ({ ...names, values: sliceOf(values, index, items) })),
        ...(mask && { mask: resizeNearest(mask, maskSize, this.#size) }),
      });
    }
  }

  /** The gallery of the images seen so far. */
  build(): Gallery | undefined {
    return this.#builder?.build();
  }

  async #open(): Promise<GalleryBuilder> {
    const { manifest, detector, test } = this.#opened;
    return new GalleryBuilder({
      pixelThreshold: manifest.thresholds.pixel,
      imageThreshold: manifest.thresholds.image,
      expected: test.count,
      ...(this.#most !== undefined && { most: this.#most }),
      partLimits: await partLimits(detector, test, this.#watch),
    });
  }
}

interface ReadBatch {
  readonly images: readonly { readonly name: string; readonly symbol: string; readonly values: Uint8Array }[];
  readonly maps: readonly (Omit<GalleryRow['maps'][number], 'values'> & { readonly values: Float32Array })[];
}

/** Everything that the rows of a batch show, read back from the backend once for all of them. */
async function readBatch(
  input: Images,
  { anomalyMap, intermediates, parts = {} }: Prediction,
): Promise<ReadBatch> {
  const images = [{ name: 'input', symbol: 'x', values: await bytesOf(input) }];
  for (const [key, image] of inOrder(intermediates)) {
    images.push({ ...namesOf(key), values: await bytesOf(image) });
  }
  const maps: ReadBatch['maps'][number][] = [
    { name: 'anomaly map', group: 'total', values: await anomalyMap.data<'float32'>() },
  ];
  const { impression } = intermediates;
  if (impression) {
    const repair = tf.tidy(() => input.sub(impression).abs().mean<tf.Tensor3D>(3));
    maps.push({ name: `|x − ${symbolOf('impression')}|`, group: 'repair', values: await valuesOf(repair) });
  }
  for (const [part, map] of Object.entries(parts)) {
    const group = part.startsWith('pair/') ? 'pair' : 'layer';
    maps.push({ name: partName(part), group, values: await map.data<'float32'>() });
  }
  return { images, maps };
}

/** Pixels of a batch, `B * H * W * 3` bytes. */
async function bytesOf(images: Images): Promise<Uint8Array> {
  return Uint8Array.from(await valuesOf(tf.tidy(() => images.clipByValue(0, 1).mul(255).round())));
}

/** The values of a tensor, which is disposed of. */
async function valuesOf(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return await tensor.data<'float32'>();
  } finally {
    tensor.dispose();
  }
}

/** What belongs to one image of a batch. */
function sliceOf<T extends Uint8Array | Float32Array>(
  values: T,
  index: number,
  { length }: readonly unknown[],
): T;
function sliceOf(values: Uint8Array | Float32Array, index: number, { length }: readonly unknown[]) {
  const each = values.length / length;
  return values.subarray(index * each, (index + 1) * each);
}
