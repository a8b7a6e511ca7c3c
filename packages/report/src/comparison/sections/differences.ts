import { formatMetric } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { ComparedRun } from '../data';
import { type FiguresRow, figuresTable } from '../figures-table';
import { type ComparedMetric, comparedMetrics } from '../metrics';
import { formatDifference, formatPValue } from '../signed';
import type { ComparisonSummary, DatasetSummary } from '../summary/types';

/** Who is better, by how much, and whether it could be chance. */
export function differences({ datasets }: ComparisonSummary, runs: readonly ComparedRun[]): Html | undefined {
  if (datasets.every((dataset) => dataset.differences.length === 0 && dataset.refused.length === 0))
    return undefined;
  const nameOf = namesOf(runs);
  return html`<section aria-labelledby="differences"><h2 id="differences">Paired differences</h2>
<p>Two runs on the same test images are compared image by image, so that what makes an image hard for both cancels. An
interval that leaves out 0 says that the difference is more than the choice of test images; it says nothing of what other
training seeds would give.</p>
${datasets.map((dataset) => ofDataset(dataset, nameOf))}</section>`;
}

type NameOf = (run: string) => string;

/** A run by its detector, and by its seed where a detector has several. */
function namesOf(runs: readonly ComparedRun[]): NameOf {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const seeds = new Set(runs.map(({ seed }) => seed));
  return (id) => {
    const run = byId.get(id);
    if (run === undefined) return id;
    return seeds.size > 1 ? `${run.detector}, seed ${run.seed}` : run.detector;
  };
}

function ofDataset(summary: DatasetSummary, nameOf: NameOf): Html {
  const { dataset, categories, refused } = summary;
  const scope = `differences-${dataset}`;
  return html`<div id="${scope}"><h3>${dataset}</h3>
${
  categories.length > 1 &&
  html`<label class="filter" hidden>Category <select data-filters="${scope}"><option value="">all</option>${categories.map(
    (category) => html`<option>${category}</option>`,
  )}</select></label>`
}
${comparedMetrics.map(
  (metric) =>
    html`<div data-metric="${metric.key}">${pairs(summary, metric, nameOf)}${means(summary, metric)}</div>`,
)}
${
  refused.length > 0 &&
  html`<h4>Not paired</h4><ul>${refused.map(
    ({ category, a, b, reason }) =>
      html`<li data-category="${category}">${category}: ${nameOf(a)} and ${nameOf(b)}. ${reason}</li>`,
  )}</ul>`
}</div>`;
}

function pairs(
  { dataset, differences: all }: DatasetSummary,
  metric: ComparedMetric,
  nameOf: NameOf,
): Html | undefined {
  const found = all.filter((one) => one.metric === metric.key && one.difference !== null);
  if (found.length === 0) return undefined;
  const tested = metric.key === 'imageAuroc';
  const rows = found.map(({ category, a, b, difference, interval, pValue, adjustedPValue }): FiguresRow => {
    const sure = interval !== null && (interval.low > 0 || interval.high < 0);
    const shown = formatDifference(difference);
    return {
      category,
      cells: [
        category,
        nameOf(a),
        nameOf(b),
        { content: sure ? html`<strong>${shown}</strong>` : shown, value: difference },
        ...('ofScores' in metric
          ? [
              interval === null
                ? '–'
                : {
                    content: `${formatDifference(interval.low)} to ${formatDifference(interval.high)}`,
                    value: interval.low,
                  },
            ]
          : []),
        ...(tested
          ? [
              { content: formatPValue(pValue), value: pValue },
              { content: formatPValue(adjustedPValue), value: adjustedPValue },
            ]
          : []),
      ],
    };
  });
  return html`${figuresTable({
    caption: html`${metric.name} of A less that of B, on the same test images`,
    label: `Paired differences of ${metric.name} on ${dataset}`,
    columns: [
      ...['Category', 'A', 'B', 'A − B'],
      ...('ofScores' in metric ? ['95 % interval'] : []),
      ...(tested ? ['p', 'p, corrected'] : []),
    ],
    texts: 3,
    rows,
  })}
<p class="source">${
    'ofScores' in metric
      ? 'The interval is that of a paired bootstrap over images; in bold is what leaves out 0.'
      : 'A difference of pixel metrics has no interval here.'
  }${tested && ' p is that of DeLong’s test; corrected, by Holm’s method, for all tests of the data set, it is what several pairs may be judged by.'}</p>`;
}

function means(
  { dataset, meanDifferences, categories }: DatasetSummary,
  metric: ComparedMetric,
): Html | undefined {
  const found = meanDifferences.filter((one) => one.metric === metric.key && one.categories > 0);
  if (found.length === 0 || categories.length < 2) return undefined;
  return figuresTable({
    caption: html`Mean over categories of ${metric.name} of A less that of B`,
    label: `Mean differences of ${metric.name} on ${dataset}`,
    columns: ['A', 'B', 'A − B', 'deviation', 'categories', 'A higher', 'B higher'],
    texts: 2,
    rows: found.map(({ a, b, mean, deviation, categories: number, higher }) => ({
      cells: [
        a,
        b,
        { content: formatDifference(mean), value: mean },
        { content: formatMetric(deviation), value: deviation },
        { content: String(number), value: number },
        { content: String(higher.a), value: higher.a },
        { content: String(higher.b), value: higher.b },
      ],
    })),
  });
}
