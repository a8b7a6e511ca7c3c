import { minMax, quantile } from '@utad/eval';
import { scaleLinear } from 'd3-scale';
import { formatNumber, formatWhole } from '../page/format';
import { type Html, html } from '../page/html';
import type { ImageScore } from '../run/data';
import { round, type Scale } from './axes';
import { type Lane, laneShape } from './lane';

/** In CSS pixels: the chart keeps its height and its letters whatever its width, which is 100 %. */
const top = 44;
const laneHeight = 54;
const axisHeight = 44;

/** Longer names are cut, to leave a phone room for the counts; the table of kinds has them in full. */
const longestName = 24;

/** Of fewer images it would only hide the dots. */
const fewestForMedian = 3;

/** The scores of one kind of image. */
export interface KindScores {
  readonly kind: string;
  readonly label: 0 | 1;
  readonly images: readonly ImageScore[];
}

/** Where an image counts as anomalous; `best` looks at the labels to choose. */
export interface DrawnThresholds {
  readonly fitted: number;
  readonly best?: number | undefined;
}

/** The scores of every kind of image in a lane of its own over a common axis, with the thresholds across all. */
export function distributionChart(kinds: readonly KindScores[], { fitted, best }: DrawnThresholds): Html {
  const scores = kinds.flatMap(({ images }) => images.map(({ score }) => score));
  const { min, max } = minMax([...scores, fitted, ...(best === undefined ? [] : [best])]);
  const x = scaleLinear(max > min ? [min, max] : [min - 0.5, max + 0.5], [0, 100]).nice();
  const bottom = top + kinds.length * laneHeight;
  const label =
    `Scores of ${scores.length} images of ${kinds.length} kinds, from ${formatNumber(min)} to ${formatNumber(max)}. ` +
    `The fitted threshold is ${formatNumber(fitted)}.`;
  const lines: Upright[] = [
    { name: 'threshold', place: x(fitted), row: 0, words: `fitted threshold ${formatNumber(fitted)}` },
  ];
  if (best !== undefined) {
    lines.push({ name: 'best', place: x(best), row: 1, words: `best F1 ${formatNumber(best)}` });
  }
  const [first] = lines.toSorted((a, b) => a.place - b.place);
  return html`<svg class="chart lanes" width="100%" height="${bottom + axisHeight}" role="img" aria-label="${label}">${lines.map(
    (line) => upright(line, bottom),
  )}${kinds.map((kind, i) => lane(kind, { x, threshold: fitted, top: top + i * laneHeight }))}${axis(x, bottom)}${lines.map(
    (line) => uprightLabel(line, lines.length > 1 && line === first ? 'left' : 'right'),
  )}</svg>`;
}

function lane({ kind, label, images }: KindScores, at: Omit<Lane, 'height'>): Html {
  const called = images.filter(({ score }) => score >= at.threshold).length;
  const median = at.x(
    quantile(
      images.map(({ score }) => score),
      0.5,
    ),
  );
  const name = kind.length > longestName ? `${kind.slice(0, longestName - 1)}…` : kind;
  const shape = laneShape(images, { ...at, top: at.top + 20, height: laneHeight - 26 });
  return html`<line class="grid" x1="0" x2="100%" y1="${at.top}" y2="${at.top}"/><text class="lane" y="${at.top + 15}"><tspan class="group">${name}</tspan> ${formatWhole(called)} of ${formatWhole(images.length)}<tspan class="words"> called anomalous</tspan></text>
<g class="${label === 0 ? 'good' : 'anomalous'}">${shape}</g>${
    images.length >= fewestForMedian &&
    html`<line class="median" x1="${round(median)}%" x2="${round(median)}%" y1="${at.top + 19}" y2="${at.top + laneHeight - 5}"/>`
  }`;
}

function axis(x: Scale, bottom: number): Html {
  const text = x.tickFormat(5);
  const ticks = x.ticks(5);
  const [low = 0, high = 0] = x.domain();
  return html`<g class="axis"><line x1="0" x2="100%" y1="${bottom}" y2="${bottom}"/>${ticks.map(
    (tick) =>
      html`<text x="${round(x(tick))}%" y="${bottom + 17}" text-anchor="${tick === low ? 'start' : tick === high ? 'end' : 'middle'}">${text(tick)}</text>`,
  )}<text class="label" x="50%" y="${bottom + 36}" text-anchor="middle">image score</text></g>`;
}

/** A line across all lanes, and its name above them. */
interface Upright {
  readonly name: 'threshold' | 'best';
  /** In percent of the width. */
  readonly place: number;
  /** Of the name, from the top, so that names do not lie on each other. */
  readonly row: 0 | 1;
  readonly words: string;
}

function upright({ name, place }: Upright, bottom: number): Html {
  return html`<line class="${name}" x1="${round(place)}%" x2="${round(place)}%" y1="6" y2="${bottom}"/>`;
}

/** How much of a phone's width a name takes, in percent. */
const nameWidths = { threshold: 46, best: 32 } as const;

/** On the side asked for, as long as there is room for it on a phone. */
function uprightLabel({ name, place, row, words }: Upright, asked: 'left' | 'right'): Html {
  const room = nameWidths[name];
  const side = place < room ? 'right' : place > 100 - room ? 'left' : asked;
  return html`<text class="${name}-label" x="${round(place)}%" dx="${side === 'left' ? -6 : 6}" y="${14 + row * 18}" text-anchor="${side === 'left' ? 'end' : 'start'}">${words}</text>`;
}
