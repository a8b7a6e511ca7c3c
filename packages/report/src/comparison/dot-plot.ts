import type { RunResult } from '@utad/eval';
import { scaleLinear } from 'd3-scale';
import { bottomAxis, chart, round } from '../charts/axes';
import { formatMetric } from '../page/format';
import { type Html, html } from '../page/html';
import { mark, seriesClass } from './series';

const width = 420;
const box = { left: 104, right: 406, top: 10 };
const lineHeight = 13;
const gap = 12;

interface DotPlot {
  /** Of the metric, for screen readers. */
  readonly name: string;
  readonly categories: readonly string[];
  readonly detectors: readonly string[];
  /** Of one metric. */
  readonly results: readonly RunResult[];
  /** What the paper prints, by category. */
  readonly paper: ReadonlyMap<string, number>;
}

/**
 * A line for each detector, category by category: the value of each of its runs, the interval where there is a single one, and
 * what the paper prints. Intervals of several seeds would lie over each other.
 */
export function dotPlot({ name, categories, detectors, results, paper }: DotPlot): Html | undefined {
  const shown = results.filter(({ value }) => value !== null);
  if (shown.length === 0) return undefined;
  const bands = categories.map((category) => ({
    category,
    lines: detectors.flatMap((detector) => {
      const runs = shown.filter((run) => run.category === category && run.detector === detector);
      return runs.length === 0 ? [] : [runs];
    }),
  }));
  let bottom = box.top;
  const placed = bands.map(({ lines, ...band }) => {
    const [top, height] = [bottom, Math.max(1, lines.length) * lineHeight];
    bottom += height + gap;
    return { ...band, lines, top, height };
  });
  const printed = categories.flatMap((category) => paper.get(category) ?? []);
  const values = bands.flatMap(({ lines }) =>
    lines.flatMap((runs) =>
      runs.flatMap(({ value, interval }) => {
        const ends = runs.length === 1 && interval !== null ? [interval.low, interval.high] : [];
        return [value ?? 0, ...ends];
      }),
    ),
  );
  const x = scaleLinear(
    [Math.min(...values, ...printed), Math.max(...values, ...printed)],
    [box.left, box.right],
  ).nice(5);
  const [low = 0, high = 1] = x.domain();
  // A value alone, or several that are equal, still needs a width to stand in.
  if (low === high) x.domain([Math.max(0, low - 0.05), Math.min(1, high + 0.05)]);
  const grid = x
    .ticks(5)
    .map(
      (tick) =>
        html`<line class="grid" x1="${round(x(tick))}" x2="${round(x(tick))}" y1="${box.top}" y2="${bottom}"/>`,
    );
  const drawn = placed.map(({ category, lines, top, height }) => {
    const ours = paper.get(category);
    return html`<text class="row" x="${box.left - 10}" y="${top + height / 2 + gap / 2 + 4}" text-anchor="end">${shortened(category)}</text>${
      ours !== undefined &&
      html`<line class="paper" x1="${round(x(ours))}" x2="${round(x(ours))}" y1="${top + 2}" y2="${top + height + gap - 2}"/>`
    }${lines.map((runs, line) => {
      const y = top + gap / 2 + (line + 0.5) * lineHeight;
      const [{ detector = '', interval = null } = {}] = runs;
      const series = detectors.indexOf(detector);
      return html`${
        runs.length === 1 &&
        interval !== null &&
        html`<line class="whisker ${seriesClass(series)}" x1="${round(x(interval.low))}" x2="${round(x(interval.high))}" y1="${y}" y2="${y}"/>`
      }${runs.map(({ value }) => mark(series, round(x(value ?? 0)), y))}`;
    })}`;
  });
  const rules = placed
    .slice(1)
    .map(({ top }) => html`<line class="grid" x1="0" x2="${box.right}" y1="${top}" y2="${top}"/>`);
  return chart(
    [bottom + 40, width],
    `${name} by category. ${shown
      .map((run) => `${run.category}, ${run.detector}, seed ${run.seed}: ${formatMetric(run.value)}`)
      .join('; ')}.`,
    html`<g class="axis">${grid}${rules}</g>${bottomAxis(x, { left: box.left, right: box.right, top: box.top, bottom }, { label: name, ticks: 5 })}${drawn}`,
  );
}

/** What fits beside the plot. */
function shortened(name: string): string {
  return name.length > 14 ? `${name.slice(0, 13)}…` : name;
}
