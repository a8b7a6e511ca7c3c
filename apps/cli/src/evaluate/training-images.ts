import type { Dataset, Size } from '@utad/core';
import { MetricError } from '@utad/eval';
import type { Context } from '../context';
import { openData } from '../data/open-data';
import type { EvaluationPlan } from './run-evaluation';

/** What came of the training images, or why nothing did. */
export type OfTraining<T> = { readonly value: T } | { readonly missing: string };

/**
 * Opens the images that the detector learned from, those held out for its thresholds among them, and makes something of
 * them, where they are still there.
 */
export async function fromTraining<T>(
  { run, splits, cache = false }: EvaluationPlan,
  size: Size,
  { output, signal }: Context,
  make: (training: Dataset) => Promise<T>,
): Promise<OfTraining<T>> {
  if (run === undefined) return { missing: 'where the training images are is not known' };
  const { limit, seed } = run;
  try {
    const { data } = await openData(run, {
      ...{ split: 'train', size, limit, seed, splits, mayHaveChanged: true, skipBad: true, cache },
      ...{ output, signal, quiet: true },
    });
    return { value: await make(data) };
  } catch (error) {
    if (error instanceof MetricError) return { missing: error.message };
    if (error instanceof Error && error.name === 'DatasetError') return { missing: error.message };
    throw error;
  }
}
