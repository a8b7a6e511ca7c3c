import { z } from 'zod';
import { partGroup, reductionName, type Words } from '../words';
import { assetTitle } from './assets';
import type { NamedDetector } from './compare-names';
import { categoryOf, type EvaluatedRun } from './compare-run';
import { summariseStages } from './run-folder';

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

/**
 * How a detector was made, under the labels that the report has for the paper's set-up too.
 *
 * @param words Of its kind.
 */
export function setupOf({ runs }: NamedDetector, words: Words): (readonly [label: string, value: string])[] {
  const weights = [...new Set(runs.flatMap(({ scores }) => Object.keys(scores.weights)))];
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
    ...weights.map(
      (name) => [assetTitle(name), ({ scores }: EvaluatedRun) => scores.weights[name]?.name ?? ''] as const,
    ),
    ...words.listedGroups.map(
      ([label, group]) =>
        [
          label,
          ({ metrics }: EvaluatedRun) =>
            Object.keys(metrics.shares ?? {})
              .filter((part) => partGroup(part) === group)
              .map((part) => words.part(part))
              .join(', '),
        ] as const,
    ),
    [
      'Image score',
      ({ metrics }) => {
        const reduction = reductionName(metrics.score.reduction);
        return reduction === undefined ? '' : `${reduction} of the map`;
      },
    ],
    ['Seeds', ({ config }) => String(config.seed)],
  ];
  return rows.map(([label, of]) => [label, together(runs, of)] as const).filter(([, value]) => value !== '');
}

/** More categories than a title would name. */
const MOST_CATEGORIES = 4;

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

/** A title for as many as there are. */
export function titleOf(detectors: readonly NamedDetector[]): string {
  const categories = [...new Set(detectors.flatMap(({ runs }) => runs.map(categoryOf)))];
  const where = categories.length <= MOST_CATEGORIES ? listed(categories) : `${categories.length} categories`;
  return `${listed(detectors.map(({ name }) => name))} on ${where}`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** What a reader must know: what was said of the evaluations, and what is not the same in all of them. */
export function notesOf(detectors: readonly NamedDetector[]): string[] {
  const runs = detectors.flatMap((detector) => detector.runs);
  return [...rootNotes(runs), ...weightNotes(runs), ...evaluationNotes(runs)];
}

/** Images of the same names in two places may be different ones. */
function rootNotes(runs: readonly EvaluatedRun[]): string[] {
  const categories = [...new Set(runs.map((run) => `${run.source.dataset} / ${categoryOf(run)}`))];
  return categories.flatMap((category) => {
    const roots = new Set(
      runs
        .filter((run) => `${run.source.dataset} / ${categoryOf(run)}` === category)
        .map(({ source }) => source.root),
    );
    if (roots.size < 2) return [];
    return [
      `The runs on ${category} were tested on images in ${[...roots].join(' and ')}: images of one name are taken to be the same.`,
    ];
  });
}

function weightNotes(runs: readonly EvaluatedRun[]): string[] {
  const names = new Set(runs.flatMap(({ scores }) => Object.values(scores.weights).map(({ name }) => name)));
  if (names.size < 2) return [];
  return [`Perceptual distances were measured with different weights: ${[...names].join(', ')}.`];
}

/** Each sentence once, with the runs that it was said of unless it was said of all. */
function evaluationNotes(runs: readonly EvaluatedRun[]): string[] {
  const sentences = [...new Set(runs.flatMap(({ metrics }) => metrics.notes))];
  return sentences.map((sentence) => {
    const said = runs.filter(({ metrics }) => metrics.notes.includes(sentence));
    return said.length === runs.length ? sentence : `${namesOf(said)}: ${sentence}`;
  });
}

/** More would hide what is said of them. */
const MOST_RUNS = 6;

function namesOf(runs: readonly EvaluatedRun[]): string {
  const names = runs.map(({ folder }) => folder.name);
  if (names.length <= MOST_RUNS) return names.join(', ');
  const left = names.length - (MOST_RUNS - 1);
  return `${names.slice(0, MOST_RUNS - 1).join(', ')} and ${left} others`;
}
