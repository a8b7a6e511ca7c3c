import { minMax } from '@utad/eval';
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { bottomAxis, chart, leftAxis, round } from '../../charts/axes';
import { count, formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { PageSection } from '../../page/page';
import type { ReportData, StageCourse } from '../data';

/** Every loss term of every stage over its epochs. */
export function losses({ losses: stages }: ReportData): PageSection | undefined {
  if (stages.length === 0) return undefined;
  return {
    id: 'losses',
    name: 'Training',
    heading: 'Training',
    content: html`<p>Each loss term over the epochs: <span class="key training">training</span> images as a solid line and held-out
<span class="key validation">validation</span> images, where they were measured, as a dashed one. Terms that span a wide
range have a logarithmic axis.</p>
${stages.map(
  (stage) => html`<h3>${stage.stage}, ${count(stage.epochs.length, 'epoch')}</h3>
<div class="losses">${termsOf(stage).map((term) => figure(term, stage))}</div>`,
)}`,
  };
}

/** The sum comes last; the others in the order in which they were given. */
function termsOf({ epochs }: StageCourse): string[] {
  const terms = epochs.flatMap(({ losses, validation = {} }) => [
    ...Object.keys(losses),
    ...Object.keys(validation),
  ]);
  return [...new Set(terms)].sort((a, b) => Number(a === 'total') - Number(b === 'total'));
}

function figure(term: string, { epochs }: StageCourse): Html {
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

const size = [170, 280] as const;
const box = { left: 52, top: 10, right: 270, bottom: 142 };

/** A term that spans more than this factor is drawn on a logarithmic axis, where its end is still visible. */
const logarithmicFrom = 30;

/** One value an epoch; `undefined` where the term was not measured. */
type Course = readonly (number | undefined)[];

/** One loss term over the epochs. At least one value must be finite; others leave a gap. */
function lossChart(term: string, training: Course, validation: Course): Html {
  const finite = [...training, ...validation].filter((value) => value !== undefined).filter(Number.isFinite);
  const { min, max } = minMax(finite);
  const logarithmic = min > 0 && max / min > logarithmicFrom;
  const linear = min < 0 ? [min, max] : [0, max > 0 ? max : 1];
  const y = logarithmic
    ? scaleLog([min, max], [box.bottom, box.top]).nice()
    : scaleLinear(linear, [box.bottom, box.top]).nice(4);
  const epochs = training.length;
  const x = scaleLinear(epochs > 1 ? [1, epochs] : [0.5, 1.5], [box.left, box.right]);
  const draw = (course: Course, name: string) => {
    const path = line<number | undefined>()
      .defined((value) => value !== undefined && Number.isFinite(value))
      .x((_, i) => round(x(i + 1)))
      .y((value) => round(y(value ?? 0)))(course);
    const only = epochs === 1 ? course[0] : undefined;
    return only !== undefined && Number.isFinite(only)
      ? html`<circle class="${name}" cx="${round(x(1))}" cy="${round(y(only))}" r="3"/>`
      : html`<path class="line ${name}" d="${path ?? ''}"/>`;
  };
  const scale = logarithmic ? ', logarithmic axis' : '';
  return chart(
    size,
    `${term} over ${epochs} epochs, between ${formatNumber(min)} and ${formatNumber(max)}${scale}.`,
    html`${leftAxis(y, box, logarithmic ? { format: powersOfTen } : { ticks: 4 })}${bottomAxis(x, box, {
      ticks: Math.min(epochs, 5),
      format: (tick) => (Number.isInteger(tick) ? String(tick) : ''),
    })}${draw(training, 'training')}${draw(validation, 'validation')}`,
  );
}

/** Labels 1, 10, 100 and leaves the ticks between them bare. */
function powersOfTen(value: number): string {
  return Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6)
    ? String(Number(value.toPrecision(1)))
    : '';
}
