import { bin } from 'd3-array';
import { area, curveBasis } from 'd3-shape';
import { formatNumber } from '../page/format';
import { type Html, html } from '../page/html';
import type { ImageScore } from '../run/data';
import { round, type Scale } from './axes';

/** With more images, dots would lie on each other. */
export const mostDots = 150;

/** One dot's width among the scores, in percent of the chart's. */
const dotWidth = 0.8;
const radius = 3;

/** Where scores are drawn. */
export interface Lane {
  /** From scores to percent of the chart's width. */
  readonly x: Scale;
  /** Scores on the wrong side of it are drawn hollow. */
  readonly threshold: number;
  /** Upper edge, in CSS pixels. */
  readonly top: number;
  /** In CSS pixels. */
  readonly height: number;
}

/** A dot for each image, heaped where scores are alike; for many images, the outline of the heaps. */
export function laneShape(images: readonly ImageScore[], lane: Lane): Html {
  return images.length > mostDots ? outline(images, lane) : html`${dots(images, lane)}`;
}

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
