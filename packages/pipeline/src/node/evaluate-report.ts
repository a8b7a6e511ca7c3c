import type { FitSummary } from '@utad/detector';
import type { Fact, Gallery, PartShare, ReportData, RestorationGoal, ScoreComparison } from '@utad/report';
import { stringify } from 'yaml';
import { version } from '../../package.json';
import { formatCount, formatSeconds } from '../text';
import { partGroup, reductionName } from '../words';
import { nameOf } from './data';
import type { Evaluated } from './evaluate-metrics';
import { describeMachine } from './machine';
import { summariseStages } from './run-folder';

/** A report of an evaluation. */
export async function reportData(
  evaluated: Evaluated,
  gallery: Gallery | undefined,
  history: FitSummary | undefined,
): Promise<ReportData> {
  const { source, manifest, evaluation, backend, notes, words } = evaluated;
  const { image, pixel, intervals, pixelCurves, shares = {}, testThresholds } = evaluation;
  const restoration = restorationOf(evaluated);
  const reduction = reductionName(manifest.score.reduction);
  return {
    title: `${manifest.kind} on ${nameOf(source)}`,
    createdAt: new Date().toISOString(),
    facts: runFacts(evaluated, history),
    hardware: await hardwareFacts(backend),
    configuration: stringify(manifest.config, { aliasDuplicateObjects: false }),
    metrics: { image: { ...image, intervals: intervals.image }, pixel },
    thresholds: {
      image: manifest.thresholds.image,
      pixel: manifest.thresholds.pixel,
      images: manifest.thresholds.images,
      paper: testThresholds.paper,
      ...(testThresholds.oracle !== null && { oracle: testThresholds.oracle }),
    },
    ...(reduction !== undefined && { reduction }),
    scores: evaluation.items.map(({ id, defectType, label, score }) => ({ id, defectType, label, score })),
    defectTypes: evaluation.kinds,
    ...(pixelCurves && { pixelCurves }),
    losses: history?.stages ?? [],
    comparisons: comparisonsOf(evaluated),
    ...(restoration && { restoration }),
    changes: {
      ...(words.changes !== undefined && { about: words.changes }),
      pictures: words
        .inOrder(evaluation.repairs)
        .map(([key, change]) => ({ ...words.picture(key), ...change })),
    },
    partShares: Object.entries(shares).map(([part, share]): PartShare => {
      const group = partGroup(part);
      return { name: words.part(part), share, ...(group !== undefined && { group }) };
    }),
    partGroups: words.partGroups,
    ...(gallery && { gallery }),
    notes,
  };
}

/** The detector's score, pixel differences, and the plainest score of all. */
export function comparisonsOf({
  words,
  evaluation,
  meanImageAuroc,
}: Pick<Evaluated, 'words' | 'evaluation' | 'meanImageAuroc'>): ScoreComparison[] {
  const rows: ScoreComparison[] = [
    {
      name: words.score,
      imageAuroc: evaluation.image.auroc,
      pixelAuroc: evaluation.pixel.auroc,
      note: byReduction(evaluation.image.aurocMean, evaluation.image.aurocMax),
    },
    ...words.inOrder(evaluation.pixelDifference).map(([name, areas]) => ({
      name: `|${words.symbol('input')} - ${words.symbol(name)}|, pixels`,
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
  const [ofMean, ofMax] = [mean, max].map((value) => value?.toFixed(3) ?? '-');
  return `Mean of the map ${ofMean}, maximum ${ofMax}.`;
}

/** What restoration is judged by; nothing where a picture or the clean twins are missing. */
function restorationOf({ words, evaluation: { restoration } }: Evaluated): ReportData['restoration'] {
  const { goals, aboutGoals: about } = words;
  if (!restoration || goals.length === 0) return undefined;
  const inside = { ...restoration.inside, input: restoration.insideInput };
  const measured = goals.flatMap(({ picture, reference, ...goal }): RestorationGoal[] => {
    const differences: Readonly<Record<string, number>> =
      goal.where === 'inside' ? inside : restoration.outside;
    const [difference, referenceDifference] = [differences[picture], differences[reference]];
    if (difference === undefined || referenceDifference === undefined) return [];
    return [
      {
        ...goal,
        ...{ picture: words.picture(picture), difference },
        ...{ reference: words.picture(reference), referenceDifference },
      },
    ];
  });
  if (measured.length < goals.length) return undefined;
  return { ...(about !== undefined && { about }), goals: measured };
}

/** What was trained and tested, on what, how long it took, and with which weights and versions. */
function runFacts(
  { source, config, detector, manifest, evaluation, words }: Evaluated,
  history: FitSummary | undefined,
): Fact[] {
  const { training, versions, inputSize, score, thresholds } = manifest;
  const { good, anomalous } = evaluation.images;
  const augment = Object.entries(config?.augment ?? {});
  const reduction = reductionName(score.reduction);
  return [
    ['Detector', manifest.kind],
    ...fact('Preset', config?.preset),
    ['Input size', `${inputSize.join(' x ')} pixels, height by width`],
    ['Image score', reduction === undefined ? words.score : `${reduction} of the anomaly map`],
    [
      'Trained on',
      `${training.images} good images of ${[training.dataset, training.category].filter(Boolean).join(' / ')}`,
    ],
    ...fact('Varied by', augment.map(([name, value]) => `${name} ${value}`).join(', ')),
    ...trainingTimes(history),
    ['Thresholds fitted on', `${formatCount(thresholds.images, 'held-out good image')}`],
    ['Tested on', `${good} good and ${anomalous} anomalous images of ${nameOf(source)}`],
    [
      'Testing took',
      `${formatSeconds(evaluation.seconds)}, ${formatSeconds(evaluation.seconds / (good + anomalous))} an image, reading included`,
    ],
    ['Seed', String(training.seed)],
    ...Object.entries(detector.assets ?? {}).map(
      ([key, { name, sha256 }]): Fact => [`Weights of ${key}`, `${name}, SHA-256 ${sha256}`],
    ),
    ['Training data', fingerprintOf(training.fingerprint)],
    ['Trained with', versionsOf(versions)],
    ['Tested with', versionsOf({ utad: version, node: process.versions.node })],
  ];
}

function fact(label: string, value: string | undefined): Fact[] {
  return value === undefined || value === '' ? [] : [[label, value]];
}

function trainingTimes(history: FitSummary | undefined): Fact[] {
  const stages = Object.entries(history ? summariseStages(history) : {});
  return stages.map(([name, { epochs, seconds, kept }]) => [
    `Stage ${name}`,
    `${formatCount(epochs, 'epoch')} in ${formatSeconds(seconds)}${kept === epochs ? '' : `, the weights of epoch ${kept} kept`}`,
  ]);
}

/** The hash of all images; which of them were used is in the bundle. */
function fingerprintOf(fingerprint: string): string {
  return fingerprint.split('#')[0] ?? fingerprint;
}

function versionsOf(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

const GIGA = 2 ** 30;

/** What an evaluation runs on: this machine, and the backend on it. */
async function hardwareFacts({ reason, device }: Evaluated['backend']): Promise<Fact[]> {
  const { node, platform, cpu, memory, gpu } = await describeMachine();
  return [
    ['Processor', `${cpu.model}, ${formatCount(cpu.cores, 'core')}`],
    ['Memory', `${(memory.total / GIGA).toFixed(1)} GiB`],
    ['GPU', gpu === null ? 'none found' : gpu.name],
    ['System', `${platform}, Node ${node}`],
    ['Backend', reason],
    ['Computed on', device],
  ];
}
