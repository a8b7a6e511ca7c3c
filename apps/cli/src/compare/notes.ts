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
    return said.length === runs.length
      ? sentence
      : `${said.map(({ folder }) => folder.name).join(', ')}: ${sentence}`;
  });
}
