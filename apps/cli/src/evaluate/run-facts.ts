import type { FitSummary } from '@utad/detector';
import type { Fact } from '@utad/report';
import { version } from '../../package.json';
import { nameOf } from '../data/source';
import { formatCount, formatSeconds } from '../terminal/format';
import { summariseStages } from '../terminal/stages';
import type { Evaluated } from './run-evaluation';

/** What was trained and tested, on what, how long it took, and with which weights and versions. */
export function runFacts(
  { plan, detector, manifest, evaluation }: Evaluated,
  history: FitSummary | undefined,
): Fact[] {
  const { training, versions, inputSize, score, thresholds } = manifest;
  const { good, anomalous } = evaluation.images;
  const augment = Object.entries(plan.run?.augment ?? {});
  return [
    ['Detector', manifest.kind],
    ...fact('Preset', plan.run?.preset),
    ['Input size', `${inputSize.join(' x ')} pixels, height by width`],
    ['Image score', `${score.reduction === 'mean' ? 'mean' : 'maximum'} of the anomaly map`],
    [
      'Trained on',
      `${training.images} good images of ${[training.dataset, training.category].filter(Boolean).join(' / ')}`,
    ],
    ...fact('Varied by', augment.map(([name, value]) => `${name} ${value}`).join(', ')),
    ...trainingTimes(history),
    ['Thresholds fitted on', `${formatCount(thresholds.images, 'held-out good image')}`],
    ['Tested on', `${good} good and ${anomalous} anomalous images of ${nameOf(plan.source)}`],
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
