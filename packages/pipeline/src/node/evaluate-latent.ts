import {
  type Dataset,
  deriveSeed,
  everyIndex,
  type ImageRecord,
  permutation,
  readImages,
  repeatGrey,
  type Size,
  sliceOf,
  subset,
} from '@utad/core';
import type { AnomalyDetector } from '@utad/detector';
import { MetricError, quantile, rocAuc } from '@utad/eval';
import { type Codes, type Neighbour, nearestNeighbours, project, projectInSlices } from '@utad/latent';
import type { Latent } from '@utad/report';
import type { GalleryBuilder } from '@utad/report/node';
import type { EvaluatedBatch, EvaluationObserver } from '../evaluate/evaluate-detector';
import type { EvaluatedImage } from '../evaluate/evaluation';
import { MeanImage } from '../evaluate/mean-image';
import type { Watch } from '../events';
import { inTurns, nextTurn, type TurnsWatch } from '../turns';

/** The training images whose codes are compared: as many as neighbours need, and drawings bear. */
const MOST_TRAINING = 2000;
/** More test images would hide each other in a drawing. */
const MOST_TEST = 2000;
/** t-SNE compares all pairs: it takes some ten seconds for a thousand images. */
const MOST_IN_T_SNE = 1000;
/** How many of the nearest training images are shown. */
const NEIGHBOURS = 3;

type Embed = NonNullable<AnomalyDetector['embed']>;

/** The test images with their codes, in one order. */
export interface TestCodes {
  readonly items: readonly EvaluatedImage[];
  readonly codes: Codes;
}

/** Latent codes of training images. */
export interface TrainingCodes {
  /** Those that were chosen, in the order of the codes. */
  readonly images: Dataset;
  readonly ids: readonly string[];
  readonly codes: readonly Float32Array[];
  /** How many training images there are. */
  readonly of: number;
}

/** Collects the latent codes of the test images, of a detector that has some. */
export class CodeObserver implements EvaluationObserver {
  readonly items: EvaluatedImage[] = [];
  readonly codes: Float32Array[] = [];

  constructor(private readonly embed: Embed) {}

  async see({ images, items }: EvaluatedBatch): Promise<void> {
    this.codes.push(...(await codesOf(await this.embed(images))));
    this.items.push(...items);
  }
}

/** The latent code of each image of a batch. */
function codesOf({ data, shape: [count] }: Awaited<ReturnType<Embed>>): Float32Array[] {
  return Array.from({ length: count }, (_, index) => sliceOf(data, index, count).slice());
}

/** What was read of the training images, in one go. */
export interface ReadTraining {
  readonly mean: MeanImage;
  /** Undefined for a detector without codes. */
  readonly codes: TrainingCodes | undefined;
}

/**
 * Reads the training images once: their mean, and the latent codes of all of them, or of as many as drawings bear, by seed.
 *
 * @throws the signal's reason
 */
export async function readTraining(
  training: Dataset,
  embed: Embed | undefined,
  { size, seed }: { readonly size: Size; readonly seed: number },
  { signal, onEvent }: Watch,
): Promise<ReadTraining> {
  const mean = new MeanImage();
  if (embed === undefined) {
    for await (const record of training.records(everyIndex(training))) {
      signal?.throwIfAborted();
      mean.add(record);
    }
    return { mean, codes: undefined };
  }
  const chosen = chooseSome(training.count, MOST_TRAINING, deriveSeed(seed, 'latent training'));
  const wanted = new Set(chosen);
  // Every image goes to the mean; those chosen go on.
  const passing: Dataset = {
    count: chosen.length,
    fingerprint: training.fingerprint,
    async *records() {
      let index = 0;
      for await (const record of training.records(everyIndex(training))) {
        mean.add(record);
        if (wanted.has(index)) yield record;
        index += 1;
      }
    },
  };
  const ids: string[] = [];
  const codes: Float32Array[] = [];
  for await (const batch of readImages(passing, { order: everyIndex(passing), batchSize: 8, size })) {
    signal?.throwIfAborted();
    codes.push(...codesOf(await embed(batch.images)));
    ids.push(...batch.records.map(({ id }) => id));
    const task = 'training images placed among the test images';
    onEvent?.({ type: 'progress', task, done: ids.length, total: chosen.length });
    await nextTurn();
  }
  return { mean, codes: { images: subset(training, chosen), ids, codes, of: training.count } };
}

/** Indices below `count`, ascending: all of them, or as many as wanted, by seed. */
export function chooseSome(count: number, most: number, seed: number): number[] {
  return permutation(count, seed)
    .slice(0, most)
    .sort((a, b) => a - b);
}

/** What latent codes tell, and for each test image its nearest training images. */
export interface LatentFindings {
  readonly latent: Latent;
  readonly neighbours: readonly (readonly Neighbour[])[];
}

/**
 * Projections, distances and neighbours of latent codes.
 *
 * @throws the signal's reason, soon after it is aborted
 */
export async function latentOf(
  test: TestCodes,
  training: TrainingCodes | undefined,
  { seed, about }: { readonly seed: number; readonly about: string | undefined },
  watch: TurnsWatch = {},
): Promise<LatentFindings> {
  const neighbours =
    training === undefined
      ? []
      : await inTurns(
          'nearest training images',
          test.codes,
          (code) => nearestNeighbours(code, training.codes, Math.min(NEIGHBOURS, training.codes.length)),
          watch,
        );
  const projections = await projectionsOf(test, training, seed, watch);
  const distances = training && (await distancesOf(test.items, neighbours, training.codes, watch));
  const dimensions = test.codes[0]?.length ?? 0;
  return {
    neighbours,
    latent: {
      projections,
      dimensions,
      ...(about !== undefined && { about }),
      ...(distances && { distances }),
    },
  };
}

/** How far images lie from their nearest training image, and how well that alone tells anomalous ones. */
async function distancesOf(
  items: readonly EvaluatedImage[],
  neighbours: readonly (readonly Neighbour[])[],
  training: Codes,
  watch: TurnsWatch,
): Promise<NonNullable<Latent['distances']>> {
  const nearest = neighbours.map(([first]) => first?.distance ?? Number.NaN);
  const groups = new Map<string, number[]>();
  if (training.length > 1) {
    // The nearest of a training image is itself, or another that equals it.
    groups.set(
      'training',
      await inTurns(
        'training images among each other',
        training,
        (code) => nearestNeighbours(code, training, 2)[1]?.distance ?? Number.NaN,
        watch,
      ),
    );
  }
  const sorted = items
    .map(({ label, defectType }, index) => ({ label, defectType, distance: nearest[index] ?? Number.NaN }))
    .sort((a, b) => a.label - b.label || (a.defectType < b.defectType ? -1 : 1));
  for (const { label, defectType, distance } of sorted) {
    const name = label === 0 ? 'good' : defectType;
    const group = groups.get(name) ?? [];
    groups.set(name, group);
    group.push(distance);
  }
  return {
    auroc: aurocOf(
      items.map(({ label }) => label),
      nearest,
    ),
    groups: [...groups].map(([group, distances]) => ({
      group,
      images: distances.length,
      median: quantile(distances, 0.5),
    })),
  };
}

/** Image AUROC; null for images of one class. */
export function aurocOf(labels: readonly number[], scores: readonly number[]): number | null {
  try {
    return rocAuc(labels, scores);
  } catch (error) {
    if (error instanceof MetricError && error.code === 'one-class') return null;
    throw error;
  }
}

interface Place {
  readonly id: string;
  readonly group: string;
  readonly code: ArrayLike<number>;
}

/** Training images first, so that test images are drawn over them. */
function placesOf(
  { items, codes }: TestCodes,
  training: TrainingCodes | undefined,
  seed: number,
): { readonly training: readonly Place[]; readonly test: readonly Place[] } {
  const tested = items.map(({ id, defectType, label }, index): Place => {
    return { id, group: label === 0 ? 'good' : defectType, code: codes[index] ?? [] };
  });
  const learned = training?.codes.map((code, index): Place => {
    return { id: training.ids[index] ?? '', group: 'training', code };
  });
  return { training: learned ?? [], test: some(tested, MOST_TEST, seed, 'latent test') };
}

function some<T>(items: readonly T[], most: number, seed: number, purpose: string): T[] {
  const chosen = chooseSome(items.length, most, deriveSeed(seed, purpose));
  return chosen.flatMap((index) => items.slice(index, index + 1));
}

/** In the plane by t-SNE, and by PCA, where there are enough. */
async function projectionsOf(
  tests: TestCodes,
  learned: TrainingCodes | undefined,
  seed: number,
  { signal, onProgress }: TurnsWatch,
): Promise<Latent['projections']> {
  const { training, test } = placesOf(tests, learned, seed);
  const all = [...training, ...test];
  const there = training.length + tests.items.length;
  // At least half of what t-SNE can take are test images, since they are in question.
  const tested = some(test, Math.max(MOST_IN_T_SNE / 2, MOST_IN_T_SNE - training.length), seed, 't-sne test');
  const few = [...some(training, MOST_IN_T_SNE - tested.length, seed, 't-sne training'), ...tested];
  const projections: Latent['projections'][number][] = [];
  const [fewestForPca, fewestForTSne] = [2, 4];
  if (few.length >= fewestForTSne) {
    const codes = few.map(({ code }) => code);
    const { points, perplexity } = await projectInSlices(
      codes,
      { method: 't-sne', seed: deriveSeed(seed, 't-sne') },
      {
        ...(signal && { signal }),
        ...(onProgress && { onProgress: (done, total) => onProgress('t-SNE', done, total) }),
      },
    );
    projections.push({
      name: 't-SNE',
      note: `Images whose codes are near are drawn near, each keeping about ${perplexity.toFixed(0)} neighbours (the perplexity). Distances between groups, and their sizes, mean little.${shown(few.length, there)}`,
      points: pointsOf(few, points),
    });
  }
  if (all.length >= fewestForPca) {
    const { points, explained } = project(
      all.map(({ code }) => code),
      { method: 'pca' },
    );
    const percent = explained.map((share) => `${(100 * share).toFixed(0)}\u00a0%`);
    projections.push({
      name: 'PCA',
      note: `The two directions in which the codes vary most, in their own units: ${percent.join(' and ')} of all variance. Images that are drawn apart are apart; those drawn together may differ in other directions.${shown(all.length, there)}`,
      points: pointsOf(all, points),
    });
  }
  return projections;
}

function shown(drawn: number, there: number): string {
  return drawn < there ? ` ${drawn} of ${there} images, chosen by seed.` : '';
}

function pointsOf(
  places: readonly Place[],
  points: readonly (readonly [number, number])[],
): Latent['projections'][number]['points'] {
  return places.map(({ id, group }, index) => {
    const [x = 0, y = 0] = points[index] ?? [];
    return { id, group, x, y };
  });
}

/**
 * Names the nearest training images of each image that the gallery shows, and reads the pictures of those that are named.
 *
 * @throws the signal's reason
 */
export async function showNeighbours(
  gallery: GalleryBuilder,
  items: readonly EvaluatedImage[],
  neighbours: readonly (readonly Neighbour[])[],
  { images, ids }: TrainingCodes,
  signal?: AbortSignal,
): Promise<void> {
  const named = new Set<number>();
  for (const [at, { id }] of items.entries()) {
    if (!gallery.has(id)) continue;
    const nearest = neighbours[at] ?? [];
    gallery.setNeighbours(
      id,
      nearest.map(({ index, distance }) => ({ id: ids[index] ?? '', distance })),
    );
    for (const { index } of nearest) named.add(index);
  }
  const order = [...named].sort((a, b) => a - b);
  for await (const record of images.records(order)) {
    signal?.throwIfAborted();
    await gallery.setTrainingPicture(record.id, record.size, colourOf(record));
  }
}

/** RGB; grey is repeated. */
export function colourOf({ image, channels }: Pick<ImageRecord, 'image' | 'channels'>): Uint8Array {
  return channels === 3 ? image : repeatGrey(image);
}
