import { access, constants, readdir } from 'node:fs/promises';
import { basename, dirname, extname, join, relative } from 'node:path';
import { type ImageBatch, resizeBilinear, type Size, sliceOf } from '@utad/core';
import {
  type DecodedImage,
  decodeImage,
  imagePaths,
  readImageFile,
  withoutOwnOutputs,
} from '@utad/datasets/node';
import type { AnomalyDetector, BundleManifest, ImagePreprocessing, Thresholds } from '@utad/detector';
import {
  entryType,
  FileError,
  holdLock,
  InputFiles,
  makeFolders,
  removeFolder,
  removeLeftovers,
  writeFileAtomic,
} from '@utad/files/node';
import { floatTiff } from '@utad/report';
import { PipelineError, usageError } from '../errors';
import type { Watch } from '../events';
import { imagesFrom, type PixelData } from '../images-from';
import { type ImagePrediction, predictBatch } from '../predict';
import { formatCount } from '../text';
import { nextTurn } from '../turns';
import { addConversions, conversionSentences } from './data';
import { safeName } from './evaluate-outputs';
import { aspectSentence, pictureSize, writePictures } from './pictures';
import { type PredictedItem, type PredictInput, PredictionTable } from './prediction-table';
import type { KnownRun } from './run-folder';

/** What can be predicted: the path of an image or of a folder of images, an image file as bytes or `Blob`, or decoded images. */
export type PredictSource = string | Uint8Array | Blob | ImageBatch | PixelData | PredictInput;

/** What is written of each image. */
export interface PredictOutputs {
  /** Folder for the map as a heat map, and what was found drawn over the image. Default: neither is written. */
  readonly out?: string | undefined;
  /** Write raw maps too, into `out`, as 32-bit float TIFF of the size of the image. Default false. */
  readonly tiff?: boolean | undefined;
}

/** How {@link predict} predicts. */
export interface PredictRunOptions extends Watch, PredictOutputs {
  /**
   * A file for a table of the items. It grows as they come, as `<csv>.partial`, and has its name once all are there. Default none.
   */
  readonly csv?: string | undefined;
  /**
   * Go on where another process was ended: images whose row is in the table, and whose files are there, are not predicted again.
   * Wants `csv`. Default false.
   */
  readonly resume?: boolean | undefined;
  /** Other files that are read, over which nothing is written; images and the bundle are known. */
  readonly reads?: readonly string[] | undefined;
  /** Images at a time. Default 1: sets of them are not faster, and change the last digits. */
  readonly batchSize?: number | undefined;
}

/** A detector that is open, with its thresholds. */
export interface PredictingRun {
  /** What predicts. */
  readonly detector: Pick<AnomalyDetector, 'predict' | 'inputSize'>;
  /** With its thresholds, and what is done to images before it sees them. */
  readonly manifest: { readonly thresholds: Thresholds } & Pick<BundleManifest, 'preprocessing'>;
  /** Folder of its bundle, over whose files nothing is written. */
  readonly path?: string;
  /** The run around it, likewise. */
  readonly run?: KnownRun | undefined;
}

/**
 * Predicts images, one after the other; several calls at once do not disturb each other. An image that cannot be read, or whose
 * files cannot be written, is an item with an error, and a note. What was done to images so that they fit is noted at the end.
 *
 * Files of an image are whole, and its row is in the table, before its item comes. Whatever ends the process, `resume` ends with
 * the table of one that nothing ended.
 *
 * @returns What was done to images so that they fit, in sentences: of the generator itself, after the last item.
 * @throws PipelineError `usage` when a source does not exist or there are no images; `interrupted` between two images, where there
 *   is a table to go on with; `partial` where the table cannot be written any more.
 * @throws FileError where a file that is read would be written over, before anything is predicted.
 * @throws LockedError while another process writes into the same folder or table.
 * @throws the signal's reason, between two images
 *
 * @example
 * for await (const { path, anomalous } of predict(run, 'photos/new')) console.log(path, anomalous);
 */
export async function* predict(
  run: PredictingRun,
  source: PredictSource | readonly PredictSource[],
  options: PredictRunOptions = {},
): AsyncGenerator<PredictedItem, readonly string[]> {
  const { csv, resume = false, onEvent, ...outputs } = options;
  if (resume && csv === undefined) {
    throw usageError('expected `csv`, whose rows tell what is done, received none', 'resume');
  }
  const inputs = await listInputs(isList(source) ? source : [source], { ...outputs, onEvent });
  await expectNoInputs(run, inputs, options);
  const releases: (() => Promise<void>)[] = [];
  try {
    for (const path of [outputs.out, csv]) {
      if (path !== undefined) releases.push(await holdLock(path, 'predict'));
    }
    if (outputs.out !== undefined) {
      const unmake = makeFolders(outputs.out);
      releases.unshift(async () => unmake());
      await access(outputs.out, constants.W_OK);
    }
    if (resume) await sweep(outputs.out, csv);
    const table = csv === undefined ? undefined : await PredictionTable.open(csv, { resume });
    try {
      return yield* predictInputs(run, inputs, table, options);
    } finally {
      await table?.close();
    }
  } finally {
    for (const release of releases) await release();
  }
}

/** @throws FileError `input` where something would be written over a file that is read. */
async function expectNoInputs(
  run: PredictingRun,
  inputs: readonly PredictInput[],
  { csv, reads = [] }: PredictRunOptions,
): Promise<void> {
  const written = inputs.flatMap(({ map, overlay, tiff }) => [map, overlay, tiff]).filter(isPath);
  if (csv !== undefined) written.push(csv, `${csv}.partial`);
  if (written.length === 0) return;
  const images = inputs.flatMap(({ path, content }) => (content === undefined ? [path] : []));
  const files = await InputFiles.of([...images, ...(await filesOf(run)), ...reads]);
  await files.expectNone(written);
}

/** The files of a bundle, and those of the run around it that later commands read. */
export async function filesOf({ path, run }: Pick<PredictingRun, 'path' | 'run'>): Promise<string[]> {
  const bundle =
    path === undefined ? [] : (await readdir(path).catch(() => [])).map((name) => join(path, name));
  const { folder } = run ?? {};
  if (folder === undefined) return bundle;
  return [...bundle, folder.config, folder.events, folder.history, folder.splits, folder.metrics];
}

/** Removes halves of files that a killed process left. */
async function sweep(out: string | undefined, csv: string | undefined): Promise<void> {
  if (csv !== undefined) await removeLeftovers(dirname(csv), [basename(csv)], /^\.[0-9a-f]{8}\.tmp$/);
  if (out === undefined || (await entryType(out)) !== 'folder') return;
  for (const name of await readdir(out, { recursive: true })) {
    if (/\.(map\.png|overlay\.png|tiff)\.[0-9a-f]{8}\.tmp$/.test(name)) await removeFolder(join(out, name));
  }
}

const isPath = (path: string | null): path is string => path !== null;

async function* predictInputs(
  { detector, manifest: { thresholds, preprocessing } }: PredictingRun,
  inputs: readonly PredictInput[],
  table: PredictionTable | undefined,
  { batchSize = 1, signal, onEvent }: PredictRunOptions,
): AsyncGenerator<PredictedItem, readonly string[]> {
  const note = (message: string) => onEvent?.({ type: 'note', message });
  const converted = new Map<string, number>();
  let squeezed: string | undefined;
  let done = 0;
  const left = (): string =>
    `the rows of ${done} of ${formatCount(inputs.length, 'image')} are in ${table?.partial}, \`resume\` goes on from there`;
  const written = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (cause) {
      if (!isOutputError(cause)) throw cause;
      const message = `the table cannot be written: ${cause.message}; ${left()}`;
      throw new PipelineError('partial', message, undefined, { cause });
    }
  };
  for (let start = 0; start < inputs.length; start += batchSize) {
    if (signal?.aborted && table !== undefined) {
      throw new PipelineError('interrupted', `interrupted; ${left()}`, undefined, { cause: signal.reason });
    }
    signal?.throwIfAborted();
    const read = await Promise.all(
      inputs.slice(start, start + batchSize).map(async (input) => {
        const earlier = await table?.find(input, thresholds);
        const read = () => readInput(input, detector.inputSize, preprocessing);
        return { input, image: earlier ?? (await read().catch(imageErrorOf)) };
      }),
    );
    const images = read.flatMap(({ image }) => ('decoded' in image ? [image.decoded] : []));
    const predictions = (await predictDecoded(detector, thresholds, images)).values();
    for (const { input, image } of read) {
      let item: PredictedItem;
      if (image instanceof Error) {
        note(image.message);
        item = { ...UNREAD, path: input.path, error: image.message };
      } else if ('decoded' in image) {
        addConversions(converted, image.decoded.conversions);
        if (squeezed === undefined) {
          squeezed = aspectSentence(input.path, image.decoded.fileSize, detector.inputSize);
          if (squeezed !== undefined) note(squeezed);
        }
        const prediction = predictions.next().value;
        if (prediction === undefined) throw new Error(`predict: expected an answer on ${input.path}`);
        item = await writeItem(input, image, prediction, thresholds);
        if (item.error !== null) note(item.error);
      } else item = image;
      if (item !== image) await written(async () => table?.add(item));
      done += 1;
      onEvent?.({ type: 'progress', task: 'images', done, total: inputs.length });
      yield item;
    }
    await nextTurn();
  }
  await written(async () => table?.finish());
  const conversions = conversionSentences([...converted].map(([what, images]) => ({ what, images })));
  for (const message of conversions) note(message);
  return squeezed === undefined ? conversions : [squeezed, ...conversions];
}

/** An image that could not be read. */
const UNREAD = {
  ...{ score: null, normalizedScore: null, anomalous: null, regions: [] },
  ...{ map: null, overlay: null, tiff: null },
} as const;

/**
 * Lists the images that sources mean. Files are named after their images, shortened where a name would not fit; folders keep
 * their structure. What has no path is called `image`, `image-2` and so on. What was written by predictions and evaluations in a
 * folder of images is left out, and noted.
 *
 * @throws PipelineError `usage` when a path does not exist, or there are no images.
 */
export async function listInputs(
  sources: readonly PredictSource[],
  { out, tiff = false, onEvent }: PredictOutputs & Pick<Watch, 'onEvent'> = {},
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
      const { images, own } = await pathsOf(source, out);
      if (own > 0) {
        const message = `${formatCount(own, 'picture')} of earlier predictions, evaluations or runs in ${source} left out`;
        onEvent?.({ type: 'note', message });
      }
      for (const [path, stem] of images) {
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

/** The images that a path means, each with the name that its outputs have without extension, and how many are no images. */
async function pathsOf(
  path: string,
  out: string | undefined,
): Promise<{ images: [path: string, stem: string][]; own: number }> {
  const kind = await entryType(path);
  if (kind === undefined) {
    throw usageError(`expected an image or a folder, but ${path} does not exist`);
  }
  const base = kind === 'folder' ? path : dirname(path);
  const found =
    kind === 'folder'
      ? await withoutOwnOutputs(path, await imagePaths(path), out)
      : { images: [path], own: [] };
  const named = found.images.map((path): [string, string] => {
    const inside = relative(base, path);
    return [path, join(dirname(inside), fitting(basename(inside, extname(inside))))];
  });
  return { images: named, own: found.own.length };
}

/** File systems take 255 bytes, of which `-2.overlay.png` and the ending of an unfinished file take some. */
const MOST_BYTES = 220;

const fitting = (name: string): string => (Buffer.byteLength(name) > MOST_BYTES ? safeName(name) : name);

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

/** An image as the detector takes it, and as it is. */
interface ReadInput {
  readonly decoded: DecodedImage;
  /** RGB, of another size. */
  readonly pixelsAt: (size: Size) => Promise<Uint8Array>;
}

/** @throws ImageError when the file is no whole image. */
export async function readInput(
  { path, content }: Pick<PredictInput, 'path' | 'content'>,
  size: Size,
  { whiteLevel }: ImagePreprocessing = {},
): Promise<ReadInput> {
  if (content !== undefined && !(content instanceof Uint8Array || content instanceof Blob)) {
    const pixelsAt = async (size: Size) => (await imagesFrom(content, size)).data;
    const fileSize: Size =
      'shape' in content ? [content.shape[1], content.shape[2]] : [content.height, content.width];
    return { decoded: { pixels: await pixelsAt(size), size, fileSize, conversions: [] }, pixelsAt };
  }
  const bytes =
    content === undefined
      ? await readImageFile(path)
      : content instanceof Blob
        ? new Uint8Array(await content.arrayBuffer())
        : content;
  const decodedAt = (size: Size) =>
    decodeImage(bytes, path, size, { ...(whiteLevel !== undefined && { whiteLevel }) });
  return { decoded: await decodedAt(size), pixelsAt: async (size) => (await decodedAt(size)).pixels };
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

/** Writes the files of an image. Where one cannot be written, the answer is there all the same, with the reason. */
async function writeItem(
  { path, ...wanted }: PredictInput,
  { decoded: { fileSize }, pixelsAt }: ReadInput,
  { map: values, mapSize, ...said }: ImagePrediction,
  { pixel }: Thresholds,
): Promise<PredictedItem> {
  const { score, normalizedScore, anomalous, regions } = said;
  const item = { path, score, normalizedScore, anomalous, regions };
  const { map, overlay, tiff } = wanted;
  try {
    if (map !== null && overlay !== null) {
      const size = pictureSize(fileSize);
      const pictured = { size, pixels: await pixelsAt(size), map: values, mapSize };
      await writePictures({ map, overlay }, pictured, pixel);
    }
    if (tiff !== null) {
      await writeFileAtomic(tiff, floatTiff(resizeBilinear(values, mapSize, fileSize), fileSize));
    }
    return { ...item, map, overlay, tiff, error: null };
  } catch (error) {
    if (!isOutputError(error)) throw error;
    const none = { map: null, overlay: null, tiff: null };
    return { ...item, ...none, error: `${path}: its files cannot be written: ${error.message}` };
  }
}

/** What the file system says, and what is said of it. */
function isOutputError(error: unknown): error is Error {
  return error instanceof FileError || (error instanceof Error && 'errno' in error && 'syscall' in error);
}
