import { createHash } from 'node:crypto';
import type { Size } from '@utad/core';
import { asImageError, checkWhole, ImageError } from '../../errors';
import { countLostRegions, type ReadMask, readMask } from '../decoding/read-mask';
import { foundWhiteLevel, HIGHEST_WHITE_LEVEL, hasWhiteLevel, largestValue } from '../decoding/white-level';
import { CHANGE, readImageFile, withImage } from '../decoding/with-image';
import { readClassImages } from '../one-class/class-images';
import type { DatasetLocation } from '../open-dataset';
import { expectFolder } from '../paths';
import { ahead } from '../pipeline/ahead';
import type { ImageEntry } from '../pipeline/image-entry';
import { lossSentences, MaskTally, readingSentences } from '../pipeline/mask-report';
import type { DatasetReport, DefectTypeCount, Finding } from './report';
import { type SurveyedPart, surveyFiles } from './survey';

/** How {@link checkDataset} goes about it. */
export interface CheckOptions {
  /** The size at which pixels will be measured: regions of masks that are lost there are found. Default that of the files. */
  readonly maskSize?: Size;
  /** Of all masks: from 0 to 254, above which a pixel is anomalous. Default what the dataset says, or else their values. */
  readonly maskThreshold?: number;
  /** Is told how many images were looked at. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Images in work at once. */
const AT_ONCE = 8;

/**
 * Reads every image and mask of a dataset from end to end, and tells what it holds and what is wrong with it.
 *
 * @throws DatasetError `root-missing`, `category-unknown`; for datasets of classes also `split-missing` and `format`
 */
export async function checkDataset(
  dataset: DatasetLocation,
  options: CheckOptions = {},
): Promise<DatasetReport> {
  if (dataset.source === 'classes') return checkClasses(dataset, options);
  const { parts, findings: listing } = await surveyFiles(dataset);
  const { onProgress, signal, maskSize, maskThreshold } = options;
  if (maskThreshold !== undefined) checkWhole('maskThreshold', maskThreshold, 0, 254);
  const masks = new MaskTally();
  const images = parts.flatMap((part) => part.entries.map((entry) => ({ part, entry })));
  const duplicates = new Duplicates();
  const sizes = new Tally<readonly [number, number]>();
  const modes = new Tally<string>();
  const marked: number[] = [];
  const findings: Finding[] = [];
  const largest: number[] = [];
  let done = 0;
  const look = ({ entry }: { entry: ImageEntry }) =>
    lookAtImage(entry, { maskSize, maskThreshold }).catch(asImageError);
  for await (const [{ part, entry }, seen] of ahead(images, AT_ONCE, look)) {
    signal?.throwIfAborted();
    onProgress?.(++done, images.length);
    if (seen instanceof ImageError) {
      findings.push(unreadable(seen));
      continue;
    }
    sizes.add(seen.size.join('x'), [seen.size[0], seen.size[1]]);
    modes.add(seen.mode, seen.mode);
    if (seen.largest !== undefined) largest.push(seen.largest);
    duplicates.add(seen.hash, entry.path, nameOf(part, entry.defectType));
    findings.push(...maskFindings(entry, seen));
    if (seen.mask !== undefined && !(seen.mask instanceof ImageError) && seen.mask.marked > 0) {
      marked.push(seen.mask.marked);
      masks.add(seen.mask);
    }
  }
  return {
    images: images.length,
    counts: countsOf(parts),
    sizes: sizes.ranked().map(({ what, images }) => ({ size: what, images })),
    modes: modes.ranked().map(({ what, images }) => ({ mode: what, images })),
    marked: rangeOf(marked),
    findings: [
      ...listing,
      ...findings,
      ...known('white-level', rangeSentences(largest)),
      ...known('mask-values', readingSentences(masks.report())),
      ...known('regions-lost', maskSize === undefined ? [] : lossSentences(masks.report(), maskSize)),
      ...duplicates.findings(),
    ],
  };
}

/** What is to be known and not put right. */
function known(code: Finding['code'], sentences: readonly string[]): Finding[] {
  return sentences.map((message) => ({ code, wrong: false, paths: [], message }));
}

/** Says that images of more than 8 bits do not use all of them, by their largest values. */
function rangeSentences(largest: readonly number[]): string[] {
  const most = largest.reduce((a, b) => Math.max(a, b), 0);
  const { level } = foundWhiteLevel(largest.length, most);
  if (level === HIGHEST_WHITE_LEVEL) return [];
  const [images, reach] =
    largest.length === 1 ? ['1 image', 'reaches'] : [`${largest.length} images`, 'reach'];
  return [
    `${images} of 16 bits ${reach} ${most} at most, where white is taken to be 65535: learn with \`whiteLevel\` auto, or ${level}.`,
  ];
}

function maskFindings({ path, label }: ImageEntry, { size, mask }: SeenImage): Finding[] {
  if (mask === undefined) return [];
  if (mask instanceof ImageError) return [unreadable(mask)];
  const found = (code: Finding['code'], wrong: boolean, message: string): Finding => ({
    code,
    wrong,
    paths: [mask.path, path],
    message,
  });
  const findings: Finding[] = [];
  const [ours, its] = [size.join('x'), mask.size.join('x')];
  if (ours !== its) {
    findings.push(
      found('mask-size', true, `expected ${mask.path} to be ${ours} as ${path} is, found ${its}`),
    );
  }
  if (label === 1 && mask.marked === 0) {
    const brightest = `its brightest value is ${mask.brightest}`;
    const message = `expected pixels above ${mask.threshold} in ${mask.path}, found none: ${brightest}`;
    findings.push(found('mask-empty', true, message));
  }
  if (label === 0 && mask.marked > 0) {
    findings.push(
      found('mask-without-image', true, `expected no mask of the good image ${path}, found ${mask.path}`),
    );
  }
  return findings;
}

const unreadable = ({ path, message }: ImageError): Finding => ({
  code: 'unreadable',
  wrong: true,
  paths: [path],
  message,
});

const nameOf = ({ category, split }: SurveyedPart, defectType: string): string =>
  [category, split, defectType].filter((name) => name !== null).join('/');

function countsOf(parts: readonly SurveyedPart[]): DefectTypeCount[] {
  return parts.flatMap(({ category, split, entries }) => {
    const defectTypes = [...new Set(entries.map(({ defectType }) => defectType))];
    return defectTypes.map((defectType) => {
      const those = entries.filter((entry) => entry.defectType === defectType);
      const masks = those.filter(({ mask }) => typeof mask === 'object').length;
      return { category, split, defectType, images: those.length, masks };
    });
  });
}

function rangeOf(shares: readonly number[]): DatasetReport['marked'] {
  const sorted = shares.toSorted((a, b) => a - b);
  const at = (position: number) => sorted[position] ?? 0;
  if (sorted.length === 0) return null;
  const half = (sorted.length - 1) / 2;
  return {
    least: at(0),
    median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2,
    most: at(sorted.length - 1),
  };
}

/** As `checkDataset`, of a dataset of classes: every file against its format, every image against all others. */
async function checkClasses(
  { known, root }: Extract<DatasetLocation, { source: 'classes' }>,
  { onProgress, signal }: CheckOptions,
): Promise<DatasetReport> {
  await expectFolder(root, 'root');
  const duplicates = new Duplicates();
  const counts: DefectTypeCount[] = [];
  const findings: Finding[] = [];
  const total = known.images.train + known.images.test;
  const sizes: DatasetReport['sizes'][number][] = [];
  let images = 0;
  let channels = 3;
  for (const split of ['train', 'test'] as const) {
    const perClass = known.categories.map(() => 0);
    let inSplit = 0;
    for await (const part of readClassImages(known, root, split)) {
      signal?.throwIfAborted();
      const { height, width } = part.layout;
      channels = part.layout.channels;
      sizes.push({ size: [height, width], images: part.labels.length });
      for (const [index, label] of part.labels.entries()) {
        perClass[label] = (perClass[label] ?? 0) + 1;
        const id = `${split}/${String(inSplit + index).padStart(5, '0')}`;
        const hash = createHash('sha256').update(part.image(index)).digest('hex');
        duplicates.add(hash, id, `${split}/${known.categories[label] ?? label}`);
      }
      inSplit += part.labels.length;
      images += part.labels.length;
      onProgress?.(images, Math.max(total, images));
    }
    for (const [label, defectType] of known.categories.entries()) {
      counts.push({ category: null, split, defectType, images: perClass[label] ?? 0, masks: 0 });
    }
    if (inSplit !== known.images[split]) {
      const message = `expected ${known.images[split]} ${split} images as ${known.title} has, found ${inSplit}`;
      findings.push({ code: 'listing', wrong: true, paths: [root], message });
    }
  }
  return {
    images,
    counts,
    sizes: merged(sizes),
    modes: [{ mode: channels === 1 ? 'grey' : 'RGB', images }],
    marked: null,
    findings: [...findings, ...duplicates.findings()],
  };
}

/** Parts of the same size together. */
function merged(sizes: DatasetReport['sizes']): DatasetReport['sizes'] {
  const bySize = new Map<string, DatasetReport['sizes'][number]>();
  for (const { size, images } of sizes) {
    const before = bySize.get(size.join('x'))?.images ?? 0;
    bySize.set(size.join('x'), { size, images: before + images });
  }
  return [...bySize.values()];
}

/** Counts things by name. */
class Tally<T> {
  readonly #counts = new Map<string, { readonly what: T; images: number }>();

  add(name: string, what: T): void {
    const counted = this.#counts.get(name);
    if (counted === undefined) this.#counts.set(name, { what, images: 1 });
    else counted.images += 1;
  }

  /** The most frequent first; of equals, the one that came first. */
  ranked(): { readonly what: T; readonly images: number }[] {
    return [...this.#counts.values()].sort((a, b) => b.images - a.images);
  }
}

interface Seen {
  readonly id: string;
  /** What it is used as: category, split and type of defect. */
  readonly use: string;
}

/** Finds images that are there twice, by a hash of their content. */
class Duplicates {
  readonly #byHash = new Map<string, Seen[]>();

  /** @param use category, split and type of defect: the same where images are used alike. */
  add(hash: string, id: string, use: string): void {
    const same = this.#byHash.get(hash);
    if (same === undefined) this.#byHash.set(hash, [{ id, use }]);
    else same.push({ id, use });
  }

  findings(): Finding[] {
    const findings: Finding[] = [];
    for (const same of this.#byHash.values()) {
      if (same.length < 2) continue;
      const uses = new Set(same.map(({ use }) => use));
      const paths = same.map(({ id }) => id);
      const named = `${paths.slice(0, 4).join(', ')}${paths.length > 4 ? ` and ${paths.length - 4} more` : ''}`;
      findings.push(
        uses.size > 1
          ? {
              code: 'duplicate-across',
              wrong: true,
              paths,
              message: `the same image as ${[...uses].join(' and ')}: ${named}`,
            }
          : {
              code: 'duplicate',
              wrong: false,
              paths,
              message: `the same image ${same.length} times: ${named}`,
            },
      );
    }
    return findings;
  }
}

/** What a mask file holds. */
interface SeenMask extends Pick<ReadMask, 'reading'> {
  /** Regions of which no pixel is left where they are measured. */
  readonly lostRegions: number;
  readonly path: string;
  readonly size: Size;
  readonly threshold: number;
  /** Share of its pixels above the threshold, from 0 to 1. */
  readonly marked: number;
  /** Its highest value, from 0 to 255. */
  readonly brightest: number;
}

/** What the files of one entry hold, decoded from end to end. */
interface SeenImage {
  readonly size: Size;
  readonly mode: string;
  /** Of more than 8 bits the largest value; undefined of others. */
  readonly largest: number | undefined;
  /** SHA-256 of the file. */
  readonly hash: string;
  /** Undefined where there is none; an error where it is no image. */
  readonly mask: SeenMask | ImageError | undefined;
}

/** @throws ImageError when the image cannot be read; what is wrong with its mask is returned. */
async function lookAtImage(entry: ImageEntry, options: MaskOptions): Promise<SeenImage> {
  const file = await readImageFile(entry.path);
  const seen = await withImage(file, entry.path, undefined, async (headed) => {
    const { image, fileSize, changes } = headed;
    const largest = hasWhiteLevel(changes) ? await largestValue(headed) : undefined;
    // A file that is cut off shows when its last row is decoded.
    if (largest === undefined) await image.raw().toBuffer();
    return { size: fileSize, mode: modeOf(changes), largest };
  });
  const hash = createHash('sha256').update(file).digest('hex');
  return { ...seen, hash, mask: await lookAtMask(entry, options) };
}

interface MaskOptions {
  readonly maskSize: Size | undefined;
  readonly maskThreshold: number | undefined;
}

async function lookAtMask(
  { mask }: ImageEntry,
  { maskSize, maskThreshold }: MaskOptions,
): Promise<SeenMask | ImageError | undefined> {
  if (mask === undefined || mask === 'none') return undefined;
  const { path } = mask;
  const threshold = maskThreshold ?? mask.threshold;
  try {
    const file = await readImageFile(path);
    return await withImage(file, path, undefined, async (headed) => {
      const { marked, brightest, black, reading } = await readMask(headed, threshold);
      const count = marked.reduce((sum, value) => sum + value, 0);
      const size = headed.fileSize;
      return {
        ...{ path, size, reading, brightest, marked: count / marked.length },
        threshold: threshold ?? (black ? 0 : 127),
        lostRegions: maskSize === undefined ? 0 : countLostRegions(marked, size, maskSize),
      };
    });
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
}

/** What an image is in its file, before it becomes 8-bit RGB. */
function modeOf(changes: number): string {
  const has = (bit: number) => (changes & bit) !== 0;
  const colours = has(CHANGE.cmyk) ? 'CMYK' : has(CHANGE.grey) ? 'grey' : 'RGB';
  return `${colours}${has(CHANGE.alpha) ? ' with alpha' : ''}${has(CHANGE.deep) ? ', 16-bit' : ''}`;
}
