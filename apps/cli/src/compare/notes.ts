import type { NamedDetector } from './detector-names';
import { categoryOf, type EvaluatedRun } from './evaluated-run';

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

/** More would bury what is said of them. */
const MOST_NAMED = 6;

function namesOf(runs: readonly EvaluatedRun[]): string {
  const names = runs.map(({ folder }) => folder.name);
  if (names.length <= MOST_NAMED) return names.join(', ');
  const left = names.length - (MOST_NAMED - 1);
  return `${names.slice(0, MOST_NAMED - 1).join(', ')} and ${left} others`;
}
