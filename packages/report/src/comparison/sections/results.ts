import type { Measured } from '../../measured';
import { count, formatMetric } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { PageSection } from '../../page/page';
import { type FiguresCell, type FiguresRow, figuresTable } from '../../page/table';
import type { ComparisonData } from '../data';
import { dotPlot } from '../dot-plot';
import { type ComparedMetric, comparedMetrics } from '../metrics';
import { type PaperColumn, paperColumn } from '../paper/beside';
import { legendMark } from '../series';
import type { ComparisonSummary, DatasetSummary } from '../summarise';

/** Every metric of every detector and category, with means, deviations, intervals and what the paper prints. */
export function results(_: ComparisonData, { datasets }: ComparisonSummary): PageSection {
  return {
    id: 'results',
    name: 'Results',
    heading: 'Results',
    content: html`<fieldset class="chooser" hidden><legend>Show</legend>${comparedMetrics.map(
      ({ key, name }, i) =>
        html`<label><input type="radio" name="metric" value="${key}"${i === 0 && html` checked`}> ${name}</label>`,
    )}</fieldset>
${comparedMetrics.map(
  (metric) => html`<div data-metric="${metric.key}"><h3>${metric.name}</h3>
<p>From 0 to 1, higher is better: ${metric.meaning}. ${
    'ofScores' in metric
      ? 'The small figures are 95 % intervals, by a bootstrap over the test images of one run.'
      : 'There are no intervals: the pixels of an image are not independent of each other.'
  }</p>
${datasets.map((dataset) => ofDataset(dataset, metric))}</div>`,
)}
<p>Means over categories are macro means: each category weighs the same, whatever its number of images, and counts with the
mean over its seeds. Deviations are sample deviations (n − 1); there is none of a single value. The highest value of a row is
in bold.</p>`,
  };
}

function ofDataset(summary: DatasetSummary, metric: ComparedMetric): Html {
  const { dataset, categories, detectors } = summary;
  const paper = paperColumn(dataset, metric.key);
  const ours = summary.results.filter((run) => run.metric === metric.key);
  if (ours.every(({ value }) => value === null)) {
    return html`<p>${dataset}: not measured${'ofPixels' in metric && ', for want of masks'}.</p>`;
  }
  const plot = dotPlot({
    name: metric.name,
    categories,
    detectors,
    results: ours,
    paper: paper?.values ?? new Map(),
  });
  return html`<div class="beside"><div>${figuresTable({
    caption: html`${metric.name} on ${dataset}`,
    label: `${metric.name} on ${dataset}`,
    columns: ['Category', ...detectors, ...(paper ? [paper.name] : [])],
    rows: categories.map((category) => row(summary, metric, category, paper)),
    footer: footer(summary, metric, paper),
  })}
${paper && html`<p class="source">${paper.name}: ${paper.source}</p>`}</div>
<figure class="dots"><div class="legend">${detectors.map(
    (name, i) => html`<span>${legendMark(i)}${name}</span>`,
  )}${paper && paper.values.size > 0 && html`<span><i class="paper-key"></i>${paper.name}</span>`}</div>
${plot}<figcaption>${marks(summary, metric)}</figcaption></figure></div>`;
}

/** What the marks of the plot are. */
function marks({ cells }: DatasetSummary, metric: ComparedMetric): string {
  const runs = 'A mark for each run';
  if (!('ofScores' in metric)) return `${runs}.`;
  const seeds = cells.filter(({ metric: key }) => key === metric.key).map((cell) => cell.seeds);
  if (seeds.every((number) => number <= 1)) return `${runs}, with its 95 % interval.`;
  if (seeds.every((number) => number > 1)) return `${runs}, those of a detector’s seeds on one line.`;
  return `${runs}: those of a detector’s seeds on one line, and a single one with its 95 % interval.`;
}

function row(
  { detectors, cells, results: all }: DatasetSummary,
  { key }: ComparedMetric,
  category: string,
  paper: PaperColumn | undefined,
): FiguresRow {
  const found = detectors.map((detector) =>
    cells.find((cell) => cell.metric === key && cell.category === category && cell.detector === detector),
  );
  const best = highest(found.map((cell) => cell?.mean ?? null));
  return {
    cells: [
      category,
      ...found.map((cell): FiguresCell => {
        if (cell === undefined) return { content: html`<small>no run</small>` };
        const { mean, deviation, seeds, detector } = cell;
        const runs = all.filter(
          (run) => run.metric === key && run.category === category && run.detector === detector,
        );
        const [only] = runs;
        const interval = runs.length === 1 ? only?.interval : undefined;
        return figure(mean, best, [
          interval && `${formatMetric(interval.low)} to ${formatMetric(interval.high)}`,
          deviation !== null && `± ${formatMetric(deviation)}, ${count(seeds, 'seed')}`,
        ]);
      }),
      ...(paper ? [paperFigure(paper.values.get(category) ?? null)] : []),
    ],
  };
}

function footer(
  { detectors, categories, cells, means }: DatasetSummary,
  { key }: ComparedMetric,
  paper: PaperColumn | undefined,
): FiguresRow[] {
  const found = detectors.flatMap(
    (detector) => means.find((mean) => mean.metric === key && mean.detector === detector) ?? [],
  );
  const best = highest(found.map(({ mean }) => mean));
  const alike = found.every((mean) => mean.categories === found[0]?.categories);
  const shared = found[0]?.sharedCategories ?? 0;
  // Of the categories that were measured, so that both means are of the same.
  const measured = categories.filter((category) =>
    cells.some((cell) => cell.metric === key && cell.category === category && cell.mean !== null),
  );
  const known = measured.flatMap((category) => paper?.values.get(category) ?? []);
  const complete = known.length === measured.length && known.length > 0;
  const ofPaper = complete
    ? paperFigure(known.reduce((sum, value) => sum + value, 0) / known.length, `of ${known.length}`)
    : '–';
  const row = (name: string, ours: FiguresRow['cells'], printed: FiguresCell | string = '–') => ({
    cells: [name, ...ours, ...(paper ? [printed] : [])],
  });
  const rows = [
    row(
      'Mean of categories',
      found.map(({ mean, categories: number }) => figure(mean, alike ? best : null, [`of ${number}`])),
      ofPaper,
    ),
  ];
  if (!alike && shared > 0) {
    const bestShared = highest(found.map(({ sharedMean }) => sharedMean));
    rows.push(
      row(
        `Mean of the ${count(shared, 'category', 'categories')} that all have`,
        found.map(({ sharedMean }) => figure(sharedMean, bestShared, [])),
      ),
    );
  }
  rows.push(
    row(
      'Deviation over categories',
      found.map((mean) => formatMetric(mean.deviationOverCategories)),
    ),
    row(
      'Deviation of the mean over seeds',
      found.map(({ deviationOverSeeds: value, seeds }) => figure(value, null, [`of ${seeds}`])),
    ),
  );
  if (paper) {
    const none = found.map(() => '–');
    rows.push(row(`Mean of ${paper.meanOf}, as printed`, none, paperFigure(paper.mean)));
  }
  return rows;
}

function figure(
  value: Measured,
  best: Measured,
  remarks: readonly (string | false | null | undefined)[],
): FiguresCell {
  const text = formatMetric(value);
  const shown = value !== null && value === best ? html`<strong>${text}</strong>` : text;
  const small = value === null ? [] : remarks.filter((remark) => typeof remark === 'string');
  return { content: html`${shown}${small.map((remark) => html`<small>${remark}</small>`)}`, value };
}

/** With as many digits as the paper has. */
function paperFigure(value: Measured, remark?: string): FiguresCell {
  if (value === null) return { content: '–' };
  const digits = Number(value.toFixed(3)) === Number(value.toFixed(2)) ? 2 : 3;
  return {
    content: html`${value.toFixed(digits)}${remark !== undefined && html`<small>${remark}</small>`}`,
    value,
  };
}

/** The highest of several values; none where there is nothing to compare. */
function highest(values: readonly Measured[]): Measured {
  const present = values.filter((value) => value !== null);
  return present.length > 1 ? Math.max(...present) : null;
}
