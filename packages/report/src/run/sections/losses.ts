import { type Course, lossChart } from '../../charts/loss';
import { count, formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { ReportData, StageLosses } from '../data';

/** Every loss term of every stage over its epochs. */
export function losses({ losses: stages }: ReportData): Html | undefined {
  if (stages.length === 0) return undefined;
  return html`<section aria-labelledby="losses"><h2 id="losses">Training</h2>
<p>Each loss term over the epochs: <span class="key training">training</span> images as a solid line and held-out
<span class="key validation">validation</span> images, where they were measured, as a dashed one. Terms that span a wide
range have a logarithmic axis.</p>
${stages.map(
  (stage) => html`<h3>${stage.stage}, ${count(stage.epochs.length, 'epoch')}</h3>
<div class="losses">${termsOf(stage).map((term) => figure(term, stage))}</div>`,
)}</section>`;
}

/** The sum comes last; the others in the order in which they were given. */
function termsOf({ epochs }: StageLosses): string[] {
  const terms = epochs.flatMap(({ losses, validation = {} }) => [
    ...Object.keys(losses),
    ...Object.keys(validation),
  ]);
  return [...new Set(terms)].sort((a, b) => Number(a === 'total') - Number(b === 'total'));
}

function figure(term: string, { epochs }: StageLosses): Html {
  const training = epochs.map((epoch) => epoch.losses[term]);
  const validation = epochs.map((epoch) => epoch.validation?.[term]);
  const measured = [...training, ...validation].filter((value) => value !== undefined);
  const broken = measured.filter((value) => !Number.isFinite(value)).length;
  const courses = [
    ['training', training],
    ['validation', validation],
  ] as const;
  return html`<figure><h4>${term}</h4>${
    broken < measured.length && lossChart(term, training, validation)
  }<figcaption>${courses.map(([name, course]) => ends(name, course))}${
    broken > 0 && html`<span>${count(broken, 'value')} not a finite number</span>`
  }</figcaption></figure>`;
}

/** `training 1.39 → 0.451`, so that the numbers need not be read off the axis. */
function ends(name: string, course: Course): Html | undefined {
  const known = course.filter((value) => value !== undefined);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return html`<span>${name} ${formatNumber(first)}${known.length > 1 && ` → ${formatNumber(last)}`}</span>`;
}
