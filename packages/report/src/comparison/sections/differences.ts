import type { MeanDifference, PairedDifference } from '@utad/eval';
import { count, formatDifference, formatMetric, formatPValue } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { PageSection } from '../../page/page';
import { byColumns, type FiguresCell, figureCell, figuresTable, folded } from '../../page/table';
import type { ComparedRun, ComparisonData } from '../data';
import { type ComparedMetric, comparedMetrics } from '../metrics';
import type { ComparisonSummary, DatasetSummary } from '../summarise';

/** Who is better, by how much, and whether it could be chance. */
export function differences(
  { runs }: ComparisonData,
  { datasets }: ComparisonSummary,
): PageSection | undefined {
  if (datasets.every((dataset) => dataset.differences.length === 0 && dataset.refused.length === 0))
    return undefined;
  const nameOf = namesOf(runs);
  return {
    id: 'differences',
    name: 'Differences',
    heading: 'Paired differences',
    content: html`<p>Two detectors are compared over categories, each of which counts as one difference of means over seeds, and on each category
by their runs of one seed, image by image, so that what makes an image hard for both cancels. An interval that leaves out 0 says
that the difference of two runs is more than the choice of test images; it says nothing of what other training seeds would give.</p>
${datasets.map((dataset) => ofDataset(dataset, nameOf))}`,
  };
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
  const { dataset, differences: all } = summary;
  const number = new Set(all.map(({ a, b }) => JSON.stringify([a, b]))).size;
  return html`<div id="${scopeOf(summary)}"><h3>${dataset}</h3>
${comparedMetrics.map((metric) => html`<div data-metric="${metric.key}">${means(summary, metric)}</div>`)}
${
  number > 0 &&
  folded(`Image by image: ${count(number, 'pair')} of runs`, pairsOfAllMetrics(summary, nameOf), {
    open: number <= MOST_PAIRS_OPEN,
  })
}
${notPaired(summary, nameOf)}</div>`;
}

/** More pairs of runs than a reader takes in at a glance wait until they are asked for. */
const MOST_PAIRS_OPEN = 24;

const scopeOf = ({ dataset }: DatasetSummary): string => `differences-${dataset}`;

function pairsOfAllMetrics(summary: DatasetSummary, nameOf: NameOf): Html {
  const { categories } = summary;
  return html`${
    categories.length > 1 &&
    html`<label class="filter" hidden>Category <select data-filters="${scopeOf(summary)}"><option value="">all</option>${categories.map(
      (category) => html`<option>${category}</option>`,
    )}</select></label>`
  }${comparedMetrics.map(
    (metric) => html`<div data-metric="${metric.key}">${pairs(summary, metric, nameOf)}</div>`,
  )}`;
}

function notPaired({ refused }: DatasetSummary, nameOf: NameOf): Html | false {
  if (refused.length === 0) return false;
  const list = html`<ul>${refused.map(
    ({ category, a, b, reason }) =>
      html`<li data-category="${category}">${category}: ${nameOf(a)} and ${nameOf(b)}. ${reason}</li>`,
  )}</ul>`;
  return refused.length <= MOST_PAIRS_OPEN
    ? html`<h4>Not paired</h4>${list}`
    : folded(`Not paired: ${count(refused.length, 'pair')} of runs`, list, { open: false });
}

function pairs(
  { dataset, differences: all }: DatasetSummary,
  metric: ComparedMetric,
  nameOf: NameOf,
): Html | undefined {
  const found = all.filter((one) => one.metric === metric.key && one.difference !== null);
  if (found.length === 0) return undefined;
  const [tested, ofScores] = [metric.key === 'imageAuroc', 'ofScores' in metric];
  const { columns, rows } = byColumns<PairedDifference, FiguresCell | string>(
    [
      ['Category', ({ category }) => category],
      ['A', ({ a }) => nameOf(a)],
      ['B', ({ b }) => nameOf(b)],
      ['A − B', ofDifference],
      ofScores && ['95 % interval', ofInterval],
      tested && ['p', ({ pValue }) => figureCell(pValue, formatPValue)],
      tested && ['p, corrected', ({ adjustedPValue }) => figureCell(adjustedPValue, formatPValue)],
    ],
    found,
  );
  return html`${figuresTable({
    caption: html`${metric.name} of A less that of B, on the same test images`,
    label: `Paired differences of ${metric.name} on ${dataset}`,
    columns,
    texts: 3,
    rows: rows.map((row, i) => ({ ...row, category: found[i]?.category ?? '' })),
  })}
<p class="source">${
    ofScores
      ? 'The interval is that of a paired bootstrap over images; in bold is what leaves out 0.'
      : 'A difference of pixel metrics has no interval here.'
  }${tested && ' p is that of DeLong’s test; corrected, by Holm’s method, for all tests of the data set, it is what several pairs may be judged by.'}</p>`;
}

/** In bold where the interval leaves out 0. */
function ofDifference({ difference, interval }: PairedDifference): FiguresCell {
  const sure = interval !== null && (interval.low > 0 || interval.high < 0);
  const shown = formatDifference(difference);
  return { content: sure ? html`<strong>${shown}</strong>` : shown, value: difference };
}

function ofInterval({ interval }: PairedDifference): FiguresCell | string {
  if (interval === null) return '–';
  const { low, high } = interval;
  return { content: `${formatDifference(low)} to ${formatDifference(high)}`, value: low };
}

function means(
  { dataset, meanDifferences, categories }: DatasetSummary,
  metric: ComparedMetric,
): Html | undefined {
  const found = meanDifferences.filter((one) => one.metric === metric.key && one.categories > 0);
  if (found.length === 0 || categories.length < 2) return undefined;
  return html`${figuresTable({
    caption: html`Mean over categories of ${metric.name} of A less that of B`,
    label: `Mean differences of ${metric.name} on ${dataset}`,
    texts: 2,
    ...byColumns<MeanDifference, FiguresCell | string>(
      [
        ['A', ({ a }) => a],
        ['B', ({ b }) => b],
        ['A − B', ({ mean }) => figureCell(mean, formatDifference)],
        ['p', ({ pValue }) => figureCell(pValue, formatPValue)],
        ['p, corrected', ({ adjustedPValue }) => figureCell(adjustedPValue, formatPValue)],
        ['deviation', ({ deviation }) => figureCell(deviation, formatMetric)],
        ['categories', ({ categories }) => figureCell(categories, String)],
        ['A higher', ({ higher }) => figureCell(higher.a, String)],
        ['B higher', ({ higher }) => figureCell(higher.b, String)],
      ],
      found,
    ),
  })}
<p class="source">p is that of Wilcoxon’s signed-rank test over categories, exact and two-sided; corrected, by Holm’s method, for
the ${count(found.length, 'pair')} of detectors.${categories.length < FEWEST_FOR_THE_TEST && ' With fewer than six categories it cannot fall below 0.05, however clear the differences.'}</p>`;
}

/** 2^(1 - 6) is the first power of a half below 0.05. */
const FEWEST_FOR_THE_TEST = 6;
