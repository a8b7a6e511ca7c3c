import { minMax } from '@utad/eval';
import { bin } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { area, curveBasis } from 'd3-shape';
import type { ImageScore } from '../measured';
import { formatNumber, formatWhole } from '../page/format';
import { type Html, html } from '../page/html';
import { round, type Scale } from './axes';

/** In CSS pixels: the chart keeps its height and its letters whatever its width, which is 100 %. */
const top = 44;
const laneHeight = 54;
const axisHeight = 44;

/** Longer names are cut, to leave a phone room for the counts; the table of types has them in full. */
const longestName = 24;

/** Of fewer images it would only hide the dots. */
const fewestForMedian = 3;

/** The scores of the images of one type of defect, or of good ones. */
export interface ScoreGroup {
  readonly defectType: string;
  readonly label: 0 | 1;
  readonly images: readonly ImageScore[];
  /** Of their scores. */
  readonly median: number;
}

/**
 * The scores of every group of images in a lane of its own over a common axis, with the thresholds across all.
 *
 * @param fitted where an image counts as anomalous
 * @param best another such threshold, which looks at the labels to choose
 */
export function distributionChart(groups: readonly ScoreGroup[], fitted: number, best?: number): Html {
  const scores = groups.flatMap(({ images }) => images.map(({ score }) => score));
  const { min, max } = minMax([...scores, fitted, ...(best === undefined ? [] : [best])]);
  const x = scaleLinear(max > min ? [min, max] : [min - 0.5, max + 0.5], [0, 100]).nice();
  const bottom = top + groups.length * laneHeight;
  const label =
    `Scores of ${scores.length} images of ${groups.length} kinds, from ${formatNumber(min)} to ${formatNumber(max)}. ` +
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
  )}${groups.map((group, i) => lane(group, { x, threshold: fitted, top: top + i * laneHeight }))}${axis(x, bottom)}${lines.map(
    (line) => uprightLabel(line, lines.length > 1 && line === first ? 'left' : 'right'),
  )}</svg>`;
}

function lane({ defectType, label, images, median }: ScoreGroup, at: Omit<Lane, 'height'>): Html {
  const called = images.filter(({ score }) => score >= at.threshold).length;
  const name = defectType.length > longestName ? `${defectType.slice(0, longestName - 1)}…` : defectType;
  const inner = { ...at, top: at.top + 20, height: laneHeight - 26 };
  const shape = images.length > mostDots ? outline(images, inner) : dots(images, inner);
  return html`<line class="grid" x1="0" x2="100%" y1="${at.top}" y2="${at.top}"/><text class="lane" y="${at.top + 15}"><tspan class="group">${name}</tspan> ${formatWhole(called)} of ${formatWhole(images.length)}<tspan class="words"> called anomalous</tspan></text>
<g class="${label === 0 ? 'good' : 'anomalous'}">${shape}</g>${
    images.length >= fewestForMedian &&
    html`<line class="median" x1="${round(at.x(median))}%" x2="${round(at.x(median))}%" y1="${at.top + 19}" y2="${at.top + laneHeight - 5}"/>`
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

/** With more images, dots would lie on each other. */
export const mostDots = 150;

/** One dot's width among the scores, in percent of the chart's. */
const dotWidth = 0.8;
const radius = 3;

/** Where scores are drawn. */
interface Lane {
  /** From scores to percent of the chart's width. */
  readonly x: Scale;
  /** Scores on the wrong side of it are drawn hollow. */
  readonly threshold: number;
  /** Upper edge, in CSS pixels. */
  readonly top: number;
  /** In CSS pixels. */
  readonly height: number;
}

/** A dot for each image, heaped where scores are alike. */
function dots(images: readonly ImageScore[], { x, threshold, top, height }: Lane): Html[] {
  const heaps = new Map<number, ImageScore[]>();
  for (const image of images) {
    const place = Math.floor(x(image.score) / dotWidth);
    heaps.set(place, [...(heaps.get(place) ?? []), image]);
  }
  return [...heaps.values()].flatMap((heap) => {
    const step = Math.min(2 * radius, (height - 2 * radius) / Math.max(heap.length - 1, 1));
    return heap.map((image, i) => {
      const y = top + height / 2 + (i - (heap.length - 1) / 2) * step;
      const wrong = (image.score >= threshold ? 1 : 0) !== image.label;
      return html`<circle${wrong && html` class="wrong"`} cx="${round(x(image.score))}%" cy="${round(y)}" r="${radius}"><title>${image.id}, ${formatNumber(image.score)}</title></circle>`;
    });
  });
}

/** The outline of the heaps, for many images. */
function outline(images: readonly ImageScore[], { x, top, height }: Lane): Html {
  const [low = 0, high = 1] = x.domain();
  const steps = 80;
  const edges = Array.from({ length: steps - 1 }, (_, i) => low + ((i + 1) / steps) * (high - low));
  const counted = bin<ImageScore, number>()
    .value(({ score }) => score)
    .domain([low, high])
    .thresholds(edges)(images);
  const most = Math.max(...counted.map(({ length }) => length));
  const path = area<(typeof counted)[number]>()
    .curve(curveBasis)
    .digits(1)
    .x(({ x0 = low, x1 = high }) => round(x((x0 + x1) / 2)))
    .y0(({ length }) => round((height / 2) * (1 - length / most)))
    .y1(({ length }) => round((height / 2) * (1 + length / most)))(counted);
  return html`<svg y="${top}" width="100%" height="${height}" viewBox="0 0 100 ${height}" preserveAspectRatio="none"><path d="${path ?? ''}"/></svg>`;
}
