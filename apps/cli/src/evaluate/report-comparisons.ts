import type { Comparison } from '@utad/report';
import { formatMetric } from '../terminal/format';
import type { Evaluated } from './run-evaluation';
import { inOrder, scoreName, symbolOf } from './symbols';

/** The detector's score, pixel differences, and the plainest score of all. */
export function comparisonsOf({ manifest, evaluation, meanImageAuroc }: Evaluated): Comparison[] {
  const rows: Comparison[] = [
    {
      name: scoreName(manifest.kind),
      imageAuroc: evaluation.image.auroc,
      pixelAuroc: evaluation.pixel.auroc,
      note: byReduction(evaluation.image.aurocMean, evaluation.image.aurocMax),
    },
    ...inOrder(evaluation.pixelDifference).map(([name, areas]) => ({
      name: `|x - ${symbolOf(name)}|, pixels`,
      imageAuroc: areas.imageAuroc,
      pixelAuroc: areas.pixelAuroc,
      note: byReduction(areas.imageAurocMean, areas.imageAurocMax),
    })),
  ];
  if (meanImageAuroc !== null) {
    rows.push({
      name: 'distance to the mean training image',
      imageAuroc: meanImageAuroc,
      pixelAuroc: null,
      note: 'Where this does well, the data set is easy.',
    });
  }
  return rows;
}

/** Image AUROC under either reduction of the map. */
function byReduction(mean: number | null, max: number | null): string {
  return `Mean of the map ${formatMetric(mean)}, maximum ${formatMetric(max)}.`;
}
