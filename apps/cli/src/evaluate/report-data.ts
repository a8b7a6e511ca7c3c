import type { FitSummary } from '@utad/detector';
import type { Comparison, GalleryRow, ReportData } from '@utad/report';
import { nameOf } from '../data/source';
import { formatCount, formatMetric, formatSeconds } from '../terminal/format';
import { summariseStages } from '../terminal/stages';
import type { Evaluated } from './run-evaluation';
import { inOrder, partName, scoreName, symbolOf } from './symbols';

/** A report of an evaluation. */
export function reportData(
  evaluated: Evaluated,
  gallery: readonly GalleryRow[],
  history: FitSummary | undefined,
): ReportData {
  const { plan, manifest, evaluation, notes } = evaluated;
  const { restoration, shares = {}, testThresholds } = evaluation;
  const { reconstruction, impression } = restoration?.outside ?? {};
  const insideImpression = restoration?.inside.impression;
  return {
    title: `${manifest.kind} on ${nameOf(plan.source)}`,
    createdAt: new Date().toISOString(),
    facts: facts(evaluated, history),
    metrics: { image: evaluation.image, pixel: evaluation.pixel },
    thresholds: {
      image: manifest.thresholds.image,
      pixel: manifest.thresholds.pixel,
      paper: testThresholds.paper,
      ...(testThresholds.oracle !== null && { oracle: testThresholds.oracle }),
    },
    reduction: manifest.score.reduction,
    scores: evaluation.items.map(({ id, kind, label, score }) => ({ id, kind, label, score })),
    losses: history?.stages ?? [],
    comparisons: comparisonsOf(evaluated),
    ...(restoration &&
      reconstruction !== undefined &&
      impression !== undefined &&
      insideImpression !== undefined && {
        restoration: {
          insideInput: restoration.insideInput,
          insideImpression,
          outsideReconstruction: reconstruction,
          outsideImpression: impression,
        },
      }),
    layerShares: Object.entries(shares).map(([name, share]) => ({ name: partName(name), share })),
    gallery,
    notes,
  };
}

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

function facts(
  { plan, detector, manifest, backend, evaluation }: Evaluated,
  history: FitSummary | undefined,
) {
  const { training, versions, inputSize } = manifest;
  const stages = Object.entries(history ? summariseStages(history) : {});
  const rows: [string, string][] = [
    ['Detector', manifest.kind],
    ...(plan.run ? [['Preset', plan.run.preset] satisfies [string, string]] : []),
    ['Input size', inputSize.join(' x ')],
    [
      'Trained on',
      `${training.images} good images of ${[training.dataset, training.category].filter(Boolean).join(' / ')}`,
    ],
    ...stages.map(([name, { epochs, seconds }]): [string, string] => [
      `Stage ${name}`,
      `${formatCount(epochs, 'epoch')} in ${formatSeconds(seconds)}`,
    ]),
    ['Thresholds fitted on', `${manifest.thresholds.images} held-out good images`],
    [
      'Tested on',
      `${evaluation.images.good} good and ${evaluation.images.anomalous} anomalous images in ${formatSeconds(evaluation.seconds)}`,
    ],
    ['Seed', String(training.seed)],
    ['Backend', backend.reason],
    ...Object.entries(detector.assets ?? {}).map(([key, { name }]): [string, string] => [
      `Weights ${key}`,
      name,
    ]),
    [
      'Versions',
      Object.entries(versions)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ],
  ];
  return rows;
}
