import type { EvaluatedImage } from '@utad/detector';
import { MetricError, quantile, rocAuc } from '@utad/eval';
import { type Codes, type Neighbour, nearestNeighbours } from '@utad/latent';
import type { Latent } from '@utad/report';
import { inTurns, type LatentWatch } from './in-turns';

/** How far images lie from their nearest training image, and how well that alone tells anomalous ones. */
export async function distancesOf(
  items: readonly EvaluatedImage[],
  neighbours: readonly (readonly Neighbour[])[],
  training: Codes,
  watch: LatentWatch,
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
    .map(({ label, defectType: kind }, index) => ({ label, kind, distance: nearest[index] ?? Number.NaN }))
    .sort((a, b) => a.label - b.label || (a.kind < b.kind ? -1 : 1));
  for (const { label, kind, distance } of sorted) {
    const name = label === 0 ? 'good' : kind;
    const group = groups.get(name) ?? [];
    groups.set(name, group);
    group.push(distance);
  }
  return {
    auroc: auroc(
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

function auroc(labels: readonly number[], scores: readonly number[]): number | null {
  try {
    return rocAuc(labels, scores);
  } catch (error) {
    if (error instanceof MetricError && error.code === 'one-class') return null;
    throw error;
  }
}
