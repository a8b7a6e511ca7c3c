import { minMax } from '@utad/eval';
import { bin } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { formatNumber } from '../page/format';
import { type Html, html } from '../page/html';
import type { ImageScore } from '../run/data';
import { type Box, bottomAxis, chart, leftAxis, round } from './axes';

const size = [330, 420] as const;
const [left, right] = [44, 396];
const whole: Box = { left, right, top: 44, bottom: 286 };
const names = ['good', 'anomalous'] as const;

/** How the scores of good and of anomalous images lie, one above the other over a common axis, with the threshold. */
export function histogramChart(scores: readonly ImageScore[], threshold: number): Html {
  const { min, max } = minMax([...scores.map(({ score }) => score), threshold]);
  const x = scaleLinear(max > min ? [min, max] : [min - 0.5, max + 0.5], [left, right]).nice(24);
  const [low = min, high = max] = x.domain();
  const bins = bin<ImageScore, number>()
    .value(({ score }) => score)
    .domain([low, high])
    .thresholds(x.ticks(24));
  const groups = ([0, 1] as const)
    .map((label) => ({ label, images: scores.filter((image) => image.label === label) }))
    .filter(({ images }) => images.length > 0);
  const boxes: Box[] =
    groups.length === 2
      ? [
          { left, right, top: 44, bottom: 146 },
          { left, right, top: 184, bottom: 286 },
        ]
      : [whole];
  const bands = groups.map(({ label, images }, i) => {
    const box = boxes[i] ?? whole;
    const counted = bins(images);
    const y = scaleLinear([0, Math.max(...counted.map(({ length }) => length))], [box.bottom, box.top]);
    const bars = counted.map(({ x0 = low, x1 = high, length }) => {
      const [from, to] = [round(x(x0)), round(x(x1))];
      if (length === 0 || to <= from) return '';
      const top = round(y(length));
      return html`<rect x="${from + 0.5}" y="${top}" width="${round(Math.max(to - from - 1, 0.5))}" height="${round(box.bottom - top)}"/>`;
    });
    return html`${leftAxis(y, box, { ticks: 3, format: (tick) => (Number.isInteger(tick) ? String(tick) : '') })}<g class="${names[label]}">${bars}</g>
<line class="base" x1="${left}" x2="${right}" y1="${box.bottom}" y2="${box.bottom}"/>
<text class="${names[label]} group" x="${left}" y="${box.top - 9}">${names[label]}, ${images.length}</text>`;
  });
  const at = round(x(threshold));
  const anchor = at < (left + right) / 2 ? 'start' : 'end';
  return chart(
    size,
    `Histogram of image scores from ${formatNumber(min)} to ${formatNumber(max)}: ${groups
      .map(({ label, images }) => `${images.length} ${names[label]}`)
      .join(' and ')}. The fitted threshold is ${formatNumber(threshold)}.`,
    html`${bands}${bottomAxis(x, whole, { label: 'image score', ticks: 5 })}
<line class="threshold" x1="${at}" x2="${at}" y1="20" y2="286"/>
<text class="threshold-label" x="${at}" y="14" text-anchor="${anchor}">threshold ${formatNumber(threshold)}</text>`,
  );
}
