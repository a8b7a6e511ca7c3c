import type { EvaluatedImage } from '@utad/detector';
import { type Codes, type Neighbour, nearestNeighbours } from '@utad/latent';
import type { Latent } from '@utad/report';
import { distancesOf } from './distances-of';
import { projectionsOf } from './projections-of';
import type { TrainingCodes } from './training-codes';

/** How many of the nearest training images are shown. */
const NEIGHBOURS = 3;

/** The test images with their codes, in one order. */
export interface TestCodes {
  readonly items: readonly EvaluatedImage[];
  readonly codes: Codes;
}

/** What latent codes tell, and for each test image its nearest training images. */
export interface LatentFindings {
  readonly latent: Latent;
  readonly neighbours: readonly (readonly Neighbour[])[];
}

/** Projections, distances and neighbours of latent codes. */
export function latentOf(
  test: TestCodes,
  training: TrainingCodes | undefined,
  { seed, about }: { readonly seed: number; readonly about: string | undefined },
): LatentFindings {
  const neighbours =
    training === undefined
      ? []
      : test.codes.map((code) =>
          nearestNeighbours(code, training.codes, Math.min(NEIGHBOURS, training.codes.length)),
        );
  const projections = projectionsOf(test, training, seed);
  const dimensions = test.codes[0]?.length ?? 0;
  return {
    neighbours,
    latent: {
      projections,
      dimensions,
      ...(about !== undefined && { about }),
      ...(training && { distances: distancesOf(test.items, neighbours, training.codes) }),
    },
  };
}
