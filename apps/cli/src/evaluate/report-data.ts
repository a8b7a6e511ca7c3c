import type { FitSummary } from '@utad/detector';
import type { Gallery, LayerShare, Repair, ReportData } from '@utad/report';
import { stringify } from 'yaml';
import { nameOf } from '../data/source';
import { hardwareFacts } from './hardware-facts';
import { comparisonsOf } from './report-comparisons';
import type { Evaluated } from './run-evaluation';
import { runFacts } from './run-facts';
import { inOrder, namesOf, partName } from './symbols';

/** A report of an evaluation. */
export async function reportData(
  evaluated: Evaluated,
  gallery: Gallery | undefined,
  history: FitSummary | undefined,
): Promise<ReportData> {
  const { plan, manifest, evaluation, backend, notes } = evaluated;
  const { image, pixel, intervals, pixelCurves, shares = {}, testThresholds } = evaluation;
  const restoration = restorationOf(evaluated);
  return {
    title: `${manifest.kind} on ${nameOf(plan.source)}`,
    createdAt: new Date().toISOString(),
    facts: runFacts(evaluated, history),
    hardware: await hardwareFacts(backend),
    configuration: stringify(manifest.config, { aliasDuplicateObjects: false }),
    metrics: { image: { ...image, intervals: intervals.image }, pixel },
    thresholds: {
      image: manifest.thresholds.image,
      pixel: manifest.thresholds.pixel,
      paper: testThresholds.paper,
      ...(testThresholds.oracle !== null && { oracle: testThresholds.oracle }),
    },
    reduction: manifest.score.reduction,
    scores: evaluation.items.map(({ id, defectType, label, score }) => ({ id, defectType, label, score })),
    kinds: evaluation.kinds,
    ...(pixelCurves && { pixelCurves }),
    losses: history?.stages ?? [],
    comparisons: comparisonsOf(evaluated),
    ...(restoration && { restoration }),
    repairs: inOrder(evaluation.repairs).map(([key, repair]): Repair => ({ ...namesOf(key), ...repair })),
    layerShares: Object.entries(shares).map(([part, share]) => shareOf(part, share)),
    ...(gallery && { gallery }),
    notes,
  };
}

/** What restoration is judged by; nothing for a detector without both images, or a test set without clean twins. */
function restorationOf({ evaluation: { restoration } }: Evaluated): ReportData['restoration'] {
  if (!restoration) return undefined;
  const { reconstruction, impression } = restoration.outside;
  const insideImpression = restoration.inside.impression;
  if (reconstruction === undefined || impression === undefined || insideImpression === undefined) {
    return undefined;
  }
  return {
    insideInput: restoration.insideInput,
    insideImpression,
    outsideReconstruction: reconstruction,
    outsideImpression: impression,
  };
}

/** `layer/conv1_2` is the part `conv1_2` of the group `layer`. */
function shareOf(part: string, share: number): LayerShare {
  const [group = ''] = part.split('/');
  return { name: partName(part), share, ...(part.includes('/') && { group }) };
}
