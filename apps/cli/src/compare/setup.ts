import { z } from 'zod';
import { summariseStages } from '../terminal/stages';
import type { NamedDetector } from './detector-names';
import { categoryOf, type EvaluatedRun } from './evaluated-run';

/** What the configuration of a detector that trains in stages says of each; others say nothing. */
const staged = z.object({
  training: z.record(
    z.string(),
    z.object({
      batchSize: z.number(),
      optimizer: z.object({
        kind: z.string(),
        learningRate: z.number(),
        momentum: z.number().optional(),
      }),
    }),
  ),
});

/** How a detector was made, under the labels that the report has for the paper's set-up too. */
export function setupOf({ runs }: NamedDetector): (readonly [label: string, value: string])[] {
  const rows: (readonly [label: string, of: (run: EvaluatedRun) => string])[] = [
    ['Detector', ({ config }) => config.detector],
    ['Preset', ({ config }) => config.preset],
    ['Input size', ({ manifest }) => manifest.inputSize.join(' x ')],
    ['Epochs', ({ history }) => epochsOf(history)],
    ['Batch size', ({ config }) => stages(config.config, ({ batchSize }) => String(batchSize))],
    [
      'Optimiser',
      ({ config }) =>
        stages(
          config.config,
          ({ optimizer: { kind, learningRate, momentum } }) =>
            `${kind} ${learningRate}${momentum === undefined ? '' : ` with momentum ${momentum}`}`,
        ),
    ],
    [
      'Training images',
      ({ metrics, config }) => `${metrics.training.images}${config.limit === null ? '' : ', reduced'}`,
    ],
    [
      'Test images',
      ({ scores, metrics }) => `${scores.items.length}${metrics.testSet.limit === null ? '' : ', reduced'}`,
    ],
    [
      'VGG-19 weights',
      ({ scores }) =>
        Object.values(scores.weights)
          .map(({ name }) => name)
          .join(', '),
    ],
    ['Layers of the distance', ({ metrics }) => layersOf(Object.keys(metrics.shares ?? {}))],
    ['Image score', ({ metrics }) => `${metrics.score.reduction === 'mean' ? 'mean' : 'maximum'} of the map`],
    ['Seeds', ({ config }) => String(config.seed)],
  ];
  return rows.map(([label, of]) => [label, together(runs, of)] as const).filter(([, value]) => value !== '');
}

/** More categories than a title would name. */
const MOST_NAMED = 4;

/** What all runs share; else what each category has, or each seed. */
function together(runs: readonly EvaluatedRun[], of: (run: EvaluatedRun) => string): string {
  const values = [...new Set(runs.map(of))].filter((value) => value !== '');
  if (values.length <= 1) return values[0] ?? '';
  const categories = [...new Set(runs.map(categoryOf))].map((category) => {
    const own = new Set(runs.filter((run) => categoryOf(run) === category).map(of));
    return { category, own: [...own].join(', ') };
  });
  if (new Set(categories.map(({ own }) => own)).size === 1) return categories[0]?.own ?? '';
  return categories.map(({ category, own }) => `${category} ${own}`).join('; ');
}

function epochsOf(history: EvaluatedRun['history']): string {
  if (history === undefined) return '';
  return Object.entries(summariseStages(history))
    .map(([stage, { epochs }]) => `${stage} ${epochs}`)
    .join(', ');
}

type Stage = z.infer<typeof staged>['training'][string];

function stages(config: unknown, of: (stage: Stage) => string): string {
  const { data } = staged.safeParse(config);
  return Object.entries(data?.training ?? {})
    .map(([name, stage]) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${of(stage)}`)
    .join(', ');
}

function layersOf(parts: readonly string[]): string {
  return parts
    .filter((part) => part.startsWith('layer/'))
    .map((part) => part.slice('layer/'.length))
    .join(', ');
}

/** A title for as many as there are. */
export function titleOf(detectors: readonly NamedDetector[]): string {
  const categories = [...new Set(detectors.flatMap(({ runs }) => runs.map(categoryOf)))];
  const where = categories.length <= MOST_NAMED ? listed(categories) : `${categories.length} categories`;
  return `${listed(detectors.map(({ name }) => name))} on ${where}`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
