import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Dataset, ImageRecord } from '@utad/core';
import { parseCifar10, parseIdx, parseIdxLabels } from '@utad/datasets';
import { synthesize } from '@utad/synthetic';
import { CIFAR10_CLASSES, WITHHELD_CIFAR10, WITHHELD_DIGITS } from './classes';

const SIDE = 32;
const PIXELS = SIDE * SIDE;

/** Named, so that a generator that learns to draw more does not change what the weights were trained on. */
const PRODUCTS = ['washer', 'button', 'weave', 'wood'] as const;
const DEFECTS = ['scratch', 'hole', 'stain', 'missing', 'contamination'] as const;

/** Where the images are, and how many of each class to take. */
export interface TrainingImagesOptions {
  /** Folder of `train-images-idx3-ubyte.gz` and `train-labels-idx1-ubyte.gz`. */
  readonly mnist: string;
  /** Folder of `data_batch_1.bin` to `data_batch_5.bin`. */
  readonly cifar10: string;
  /** At most so many images of each digit. */
  readonly perDigit: number;
  /** At most so many images of each class of CIFAR-10. */
  readonly perClass: number;
  /** Good images of each synthetic category; of each of its defects half as many. */
  readonly perCategory: number;
  /** Of the synthetic images. */
  readonly seed: number;
}

/** Images of 32x32 with their class as `kind`, and the classes in order. */
export interface TrainingImages {
  readonly data: Dataset;
  readonly classes: readonly string[];
}

interface Labelled {
  readonly kind: string;
  /** 32x32 RGB. */
  readonly image: Uint8Array;
}

/**
 * The training images of MNIST and CIFAR-10 without the withheld classes, and drawn products, good ones and each type of
 * defect. The class of an image is its set with its label, such as `cifar10/cat` or `synthetic/wood/scratch`.
 */
export async function trainingImages(options: TrainingImagesOptions): Promise<TrainingImages> {
  const images = [...(await cifar10(options)), ...(await digits(options)), ...drawn(options)];
  const classes = [...new Set(images.map(({ kind }) => kind))].sort();
  const hash = createHash('sha256');
  for (const { kind, image } of images) hash.update(kind).update(image);
  const record = ({ kind, image }: Labelled, index: number): ImageRecord => ({
    id: String(index),
    label: 0,
    defectType: kind,
    image,
    size: [SIDE, SIDE],
    channels: 3,
  });
  return {
    classes,
    data: {
      count: images.length,
      fingerprint: hash.digest('hex'),
      async *records(order) {
        for (const index of order) {
          const image = images[index];
          if (image === undefined) throw new RangeError(`no image ${index} of ${images.length}`);
          yield record(image, index);
        }
      },
    },
  };
}

async function cifar10({ cifar10: folder, perClass }: TrainingImagesOptions): Promise<Labelled[]> {
  const taken = new AtMost(perClass);
  const images: Labelled[] = [];
  for (const number of [1, 2, 3, 4, 5]) {
    const file = `data_batch_${number}.bin`;
    const batch = parseCifar10(await readFile(join(folder, file)), file);
    for (const [index, label] of batch.labels.entries()) {
      const name = CIFAR10_CLASSES[label] ?? '';
      if (WITHHELD_CIFAR10.includes(name) || !taken.take(name)) continue;
      images.push({ kind: `cifar10/${name}`, image: batch.image(index) });
    }
  }
  return images;
}

async function digits({ mnist: folder, perDigit }: TrainingImagesOptions): Promise<Labelled[]> {
  const read = async (name: string) => promisify(gunzip)(await readFile(join(folder, `${name}.gz`)));
  const [imageFile, labelFile] = ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte'];
  const { shape, values } = parseIdx(await read(imageFile), { dimensions: 3, name: imageFile });
  const labels = parseIdxLabels(await read(labelFile), { classes: 10, name: labelFile });
  const [, height = 0, width = 0] = shape;
  const taken = new AtMost(perDigit);
  const images: Labelled[] = [];
  for (const [index, digit] of labels.entries()) {
    if (WITHHELD_DIGITS.includes(digit) || !taken.take(String(digit))) continue;
    const grey = values.subarray(index * height * width, (index + 1) * height * width);
    images.push({ kind: `mnist/${digit}`, image: framed(grey, height, width) });
  }
  return images;
}

function drawn({ perCategory, seed }: TrainingImagesOptions): Labelled[] {
  const images: Labelled[] = [];
  if (perCategory === 0) return images;
  const size = [SIDE, SIDE] as const;
  for (const category of PRODUCTS) {
    const good = synthesize({ category, split: 'train', count: perCategory, size, seed });
    const defective = Math.ceil(perCategory / 2);
    // One good image is the least that a test split has; it is left out, as the good ones are there already.
    const bad = synthesize({
      category,
      split: 'test',
      count: 1,
      defective,
      defects: DEFECTS,
      size,
      seed,
      severity: 0.7,
    });
    for (const [data, first] of [
      [good, 0],
      [bad, 1],
    ] as const) {
      for (let index = first; index < data.count; index++) {
        const { defectType: kind, image } = data.record(index);
        images.push({ kind: `synthetic/${category}/${kind}`, image });
      }
    }
  }
  return images;
}

/** A digit in the middle of a black 32x32 picture, grey repeated over the channels. */
function framed(grey: Uint8Array, height: number, width: number): Uint8Array {
  const image = new Uint8Array(PIXELS * 3);
  const [top, left] = [(SIDE - height) >> 1, (SIDE - width) >> 1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = ((y + top) * SIDE + x + left) * 3;
      image.fill(grey[y * width + x] ?? 0, at, at + 3);
    }
  }
  return image;
}

/** Counts what was taken of each name. */
class AtMost {
  readonly #taken = new Map<string, number>();

  constructor(private readonly most: number) {}

  take(name: string): boolean {
    const count = this.#taken.get(name) ?? 0;
    if (count >= this.most) return false;
    this.#taken.set(name, count + 1);
    return true;
  }
}
