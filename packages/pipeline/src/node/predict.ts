import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, relative } from 'node:path';
import { type ImageBatch, resizeBilinear, type Size, sliceOf } from '@utad/core';
import { ImageError } from '@utad/datasets';
import { type DecodedImage, decodeImage, imagePaths } from '@utad/datasets/node';
import type { AnomalyDetector, Thresholds } from '@utad/detector';
import type { ScoredRegion } from '@utad/eval';
import { entryType, writeFileAtomic } from '@utad/files/node';
import { floatTiff } from '@utad/report';
import { usageError } from '../errors';
import type { Watch } from '../events';
import { imagesFrom, type PixelData } from '../images-from';
import { type ImagePrediction, predictBatch } from '../predict';
import { nextTurn } from '../turns';
import { toCsv } from './csv';
import { addConversions, conversionSentences } from './data';
import { writePictures } from './pictures';

/** What can be predicted: the path of an image or of a folder of images, an image file as bytes or `Blob`, or decoded images. */
export type PredictSource = string | Uint8Array | Blob | ImageBatch | PixelData | PredictInput;

/** An image to look at, and where what is written of it goes. */
export interface PredictInput {
  /** Its path, or a name for what has none. */
  readonly path: string;
  /** What is decoded, where it is no file. */
  readonly content?: Uint8Array | Blob | ImageBatch | PixelData;
  /** Null where nothing is written. */
  readonly map: string | null;
  /** Likewise, for the picture with what was found. */
  readonly overlay: string | null;
  /** Likewise, for the raw map. */
  readonly tiff: string | null;
}

/** What is written of each image. */
export interface PredictOutputs {
  /** Folder for the map as a heat map, and what was found drawn over the image. Default: neither is written. */
  readonly out?: string | undefined;
  /** Write raw maps too, into `out`, as 32-bit float TIFF of the size of the image. Default false. */
  readonly tiff?: boolean | undefined;
}

/** How {@link predict} predicts. */
export interface PredictRunOptions extends Watch, PredictOutputs {
  /** A file for a table of the items, written when the last one was predicted. Default none. */
  readonly csv?: string | undefined;
  /** Images at a time. Default 1: sets of them are not faster, and change the last digits. */
  readonly batchSize?: number | undefined;
}

/** What a detector says of one image file. */
export interface PredictedItem {
  /** As it was given, or found in a folder. */
  readonly path: string;
  /** Higher is more anomalous; null where the image cannot be read. */
  readonly score: number | null;
  /** 0.5 at the threshold. */
  readonly normalizedScore: number | null;
  /** Whether the score reaches the threshold. */
  readonly anomalous: boolean | null;
  /** In pixels of the image file; the highest peak first. */
  readonly regions: readonly ScoredRegion[];
  /** Path of the heat map; null where none was asked for. */
  readonly map: string | null;
  /** Path of the overlay. */
  readonly overlay: string | null;
  /** Path of the raw values at the size of the image file. */
  readonly tiff: string | null;
  /** Why there is no answer; null where there is one. */
  readonly error: string | null;
}

/** A detector that is open, with its thresholds. */
export interface PredictingRun {
  /** What predicts. */
  readonly detector: Pick<AnomalyDetector, 'predict' | 'inputSize'>;
  /** With its thresholds. */
  readonly manifest: { readonly thresholds: Thresholds };
}

/**
 * Predicts images, one after the other; several calls at once do not disturb each other. An image that cannot be read is an item
 * with an error, and a note. What was done to images so that they fit is noted at the end.
 *
 * @returns What was done to images so that they fit, in sentences: of the generator itself, after the last item.
 * @throws PipelineError `usage` when a source does not exist or there are no images.
 * @throws the signal's reason, between two images
 *
 * @example
 * for await (const { path, anomalous } of predict(run, 'photos/new')) console.log(path, anomalous);
 */
export async function* predict(
  { detector, manifest: { thresholds } }: PredictingRun,
  source: PredictSource | readonly PredictSource[],
  { csv, batchSize = 1, signal, onEvent, ...outputs }: PredictRunOptions = {},
): AsyncGenerator<PredictedItem, readonly string[]> {
  const inputs = await listInputs(isList(source) ? source : [source], outputs);
  const converted = new Map<string, number>();
  const items: PredictedItem[] = [];
  for (let start = 0; start < inputs.length; start += batchSize) {
    signal?.throwIfAborted();
    const read = await Promise.all(
      inputs.slice(start, start + batchSize).map(async (input) => ({
        input,
        image: await readImage(input, detector.inputSize).catch(imageErrorOf),
      })),
    );
    const images = read.flatMap(({ image }) => (image instanceof Error ? [] : [image]));
    const predictions = (await predictDecoded(detector, thresholds, images)).values();
    for (const { input, image } of read) {
      let item: PredictedItem;
      if (image instanceof Error) {
        onEvent?.({ type: 'note', message: image.message });
        item = failedItem(input.path, image);
      } else {
        addConversions(converted, image.conversions);
        const prediction = predictions.next().value;
        if (prediction === undefined) throw new Error(`predict: expected an answer on ${input.path}`);
        item = await writeItem(input, image, prediction, thresholds);
      }
      items.push(item);
      onEvent?.({ type: 'progress', task: 'images', done: items.length, total: inputs.length });
      yield item;
    }
    await nextTurn();
  }
  const conversions = conversionSentences([...converted].map(([what, images]) => ({ what, images })));
  for (const message of conversions) onEvent?.({ type: 'note', message });
  if (csv !== undefined) await writeFileAtomic(csv, predictionsCsv(items));
  return conversions;
}

/** Items as a table (CSV), a line for each image; regions are counted. */
export function predictionsCsv(items: readonly PredictedItem[]): string {
  const columns = [
    'path',
    'score',
    'normalizedScore',
    'anomalous',
    'regions',
    'map',
    'overlay',
    'tiff',
    'error',
  ] as const;
  return toCsv(
    columns,
    items.map((item) => ({ ...item, regions: item.error === null ? item.regions.length : null })),
  );
}

/**
 * Lists the images that sources mean. Files are named after their images; folders keep their structure. What has no path is
 * called `image`, `image-2` and so on.
 *
 * @throws PipelineError `usage` when a path does not exist, or there are no images.
 */
export async function listInputs(
  sources: readonly PredictSource[],
  { out, tiff = false }: PredictOutputs = {},
): Promise<PredictInput[]> {
  const taken = new Set<string>();
  const outputsOf = (wanted: string) => {
    const stem = free(wanted, taken);
    if (out === undefined) return { stem, map: null, overlay: null, tiff: null };
    const path = join(out, stem);
    return {
      stem,
      map: `${path}.map.png`,
      overlay: `${path}.overlay.png`,
      tiff: tiff ? `${path}.tiff` : null,
    };
  };
  const nameless = (content: NonNullable<PredictInput['content']>): PredictInput => {
    const { stem, ...outputs } = outputsOf('image');
    return { path: stem, content, ...outputs };
  };
  const inputs: PredictInput[] = [];
  for (const source of sources) {
    if (typeof source === 'string') {
      for (const [path, stem] of await pathsOf(source)) {
        const { stem: _, ...outputs } = outputsOf(stem);
        inputs.push({ path, ...outputs });
      }
    } else if ('path' in source) inputs.push(source);
    else if ('shape' in source) inputs.push(...imagesOf(source).map(nameless));
    else inputs.push(nameless(source));
  }
  const named = sources.map((source) => (typeof source === 'string' ? source : 'what was given'));
  if (inputs.length === 0) throw usageError(`expected images, found none in ${named.join(', ')}`);
  return inputs;
}

function isList(source: PredictSource | readonly PredictSource[]): source is readonly PredictSource[] {
  return Array.isArray(source);
}

/** The images that a path means, each with the name that its outputs have without extension. */
async function pathsOf(path: string): Promise<[path: string, stem: string][]> {
  const kind = await entryType(path);
  if (kind === undefined) {
    throw usageError(`expected an image or a folder, but ${path} does not exist`);
  }
  const base = kind === 'folder' ? path : dirname(path);
  return (kind === 'folder' ? await imagePaths(path) : [path]).map((path) => {
    const inside = relative(base, path);
    return [path, join(dirname(inside), basename(inside, extname(inside)))];
  });
}

/** A name that no image before has, such as `part-2` for the second `part`. */
function free(stem: string, taken: Set<string>): string {
  let name = stem;
  // HFS and NTFS know no case.
  for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${stem}-${count}`;
  taken.add(name.toLowerCase());
  return name;
}

function imagesOf({ data, shape: [count, height, width] }: ImageBatch): ImageBatch[] {
  return Array.from({ length: count }, (_, index) => ({
    data: sliceOf(data, index, count),
    shape: [1, height, width, 3],
  }));
}

/** @throws ImageError when the file is no whole image. */
export async function readImage(
  { path, content }: Pick<PredictInput, 'path' | 'content'>,
  size: Size,
): Promise<DecodedImage> {
  if (content instanceof Uint8Array) return decodeImage(content, path, size);
  if (content instanceof Blob) return decodeImage(new Uint8Array(await content.arrayBuffer()), path, size);
  if (content !== undefined) {
    const { data: pixels } = await imagesFrom(content, size);
    const { height, width } =
      'shape' in content ? { height: content.shape[1], width: content.shape[2] } : content;
    return { pixels, size, fileSize: [height, width], conversions: [] };
  }
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new ImageError(path, cause.message, { cause });
  });
  return decodeImage(bytes, path, size);
}

/** @throws whatever else came. */
function imageErrorOf(error: unknown): Error {
  if (error instanceof Error && error.name === 'ImageError') return error;
  throw error;
}

async function predictDecoded(
  detector: PredictingRun['detector'],
  thresholds: Thresholds,
  images: readonly DecodedImage[],
): Promise<ImagePrediction[]> {
  const [first] = images;
  if (first === undefined) return [];
  const data = new Uint8Array(images.length * first.pixels.length);
  for (const [index, { pixels }] of images.entries()) data.set(pixels, index * first.pixels.length);
  return predictBatch(
    detector,
    thresholds,
    { data, shape: [images.length, first.size[0], first.size[1], 3] },
    images.map(({ fileSize }) => fileSize),
  );
}

async function writeItem(
  { path, map, overlay, tiff }: PredictInput,
  { pixels, size, fileSize }: DecodedImage,
  { map: values, mapSize, ...said }: ImagePrediction,
  { pixel }: Thresholds,
): Promise<PredictedItem> {
  if (map !== null && overlay !== null) {
    await writePictures({ map, overlay }, { size, pixels, map: values, mapSize }, pixel);
  }
  if (tiff !== null)
    await writeFileAtomic(tiff, floatTiff(resizeBilinear(values, mapSize, fileSize), fileSize));
  const { score, normalizedScore, anomalous, regions } = said;
  return { path, score, normalizedScore, anomalous, regions, map, overlay, tiff, error: null };
}

/** An image that could not be read. */
function failedItem(path: string, { message }: Error): PredictedItem {
  return {
    path,
    score: null,
    normalizedScore: null,
    anomalous: null,
    regions: [],
    map: null,
    overlay: null,
    tiff: null,
    error: message,
  };
}
