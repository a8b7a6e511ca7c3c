import { ImageError } from '../../errors';
import { ahead } from '../pipeline/ahead';
import type { ImageEntry } from '../pipeline/image-entry';
import { checkClasses } from './check-classes';
import { Duplicates } from './duplicates';
import { lookAtImage, type SeenImage } from './look-at-image';
import type { PlacedDataset } from './placed-dataset';
import type { DatasetReport, Finding, KindCount } from './report';
import { type SurveyedPart, surveyFiles } from './survey';
import { Tally } from './tally';

/** How {@link checkDataset} goes about it. */
export interface CheckOptions {
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
  dataset: PlacedDataset,
  options: CheckOptions = {},
): Promise<DatasetReport> {
  if (dataset.kind === 'classes') return checkClasses(dataset, options);
  const { parts, findings: listing } = await surveyFiles(dataset);
  const { onProgress, signal } = options;
  const images = parts.flatMap((part) => part.entries.map((entry) => ({ part, entry })));
  const duplicates = new Duplicates();
  const sizes = new Tally<readonly [number, number]>();
  const modes = new Tally<string>();
  const marked: number[] = [];
  const findings: Finding[] = [];
  let done = 0;
  const look = ({ entry }: { entry: ImageEntry }) => lookAtImage(entry).catch(asImageError);
  for await (const [{ part, entry }, seen] of ahead(images, AT_ONCE, look)) {
    signal?.throwIfAborted();
    onProgress?.(++done, images.length);
    if (seen instanceof ImageError) {
      findings.push(unreadable(seen));
      continue;
    }
    sizes.add(seen.size.join('x'), [seen.size[0], seen.size[1]]);
    modes.add(seen.mode, seen.mode);
    duplicates.add(seen.hash, entry.path, nameOf(part, entry.defectType));
    findings.push(...maskFindings(entry, seen));
    if (seen.mask !== undefined && !(seen.mask instanceof ImageError) && seen.mask.marked > 0) {
      marked.push(seen.mask.marked);
    }
  }
  return {
    images: images.length,
    counts: countsOf(parts),
    sizes: sizes.ranked().map(({ what, images }) => ({ size: what, images })),
    modes: modes.ranked().map(({ what, images }) => ({ mode: what, images })),
    marked: rangeOf(marked),
    findings: [...listing, ...findings, ...duplicates.findings()],
  };
}

function maskFindings({ path, label }: ImageEntry, { size, mask }: SeenImage): Finding[] {
  if (mask === undefined) return [];
  if (mask instanceof ImageError) return [unreadable(mask)];
  const found = (finding: Finding['finding'], wrong: boolean, message: string): Finding => ({
    finding,
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
  finding: 'unreadable',
  wrong: true,
  paths: [path],
  message,
});

function asImageError(error: unknown): ImageError {
  if (error instanceof ImageError) return error;
  throw error;
}

const nameOf = ({ category, split }: SurveyedPart, defectType: string): string =>
  [category, split, defectType].filter((name) => name !== null).join('/');

function countsOf(parts: readonly SurveyedPart[]): KindCount[] {
  return parts.flatMap(({ category, split, entries }) => {
    const kinds = [...new Set(entries.map(({ defectType }) => defectType))];
    return kinds.map((defectType) => {
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
