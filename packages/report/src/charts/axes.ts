import type { ScaleContinuousNumeric } from 'd3-scale';
import { type Html, html } from '../page/html';

export type Scale = ScaleContinuousNumeric<number, number>;

/** Where the data are drawn inside a chart, in the chart's own units. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** An SVG that fills its column. `label` is what a screen reader says instead of it. */
export function chart(size: readonly [height: number, width: number], label: string, content: Html): Html {
  const [height, width] = size;
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${content}</svg>`;
}

interface AxisOptions {
  readonly label?: string;
  /** About how many ticks. */
  readonly ticks?: number;
  readonly format?: (value: number) => string;
}

/** Tick labels under the box, and what they measure. */
export function bottomAxis(scale: Scale, box: Box, { label, ticks = 5, format }: AxisOptions): Html {
  const text = format ?? scale.tickFormat(ticks);
  return html`<g class="axis"><line x1="${box.left}" x2="${box.right}" y1="${box.bottom}" y2="${box.bottom}"/>${scale
    .ticks(ticks)
    .map(
      (tick) =>
        html`<text x="${round(scale(tick))}" y="${box.bottom + 16}" text-anchor="middle">${text(tick)}</text>`,
    )}${
    label !== undefined &&
    html`<text class="label" x="${(box.left + box.right) / 2}" y="${box.bottom + 34}" text-anchor="middle">${label}</text>`
  }</g>`;
}

/** Tick labels left of the box with a faint line across at each. */
export function leftAxis(scale: Scale, box: Box, { label, ticks = 5, format }: AxisOptions): Html {
  const text = format ?? scale.tickFormat(ticks);
  const middle = (box.top + box.bottom) / 2;
  return html`<g class="axis">${scale
    .ticks(ticks)
    .map((tick) => [text(tick), round(scale(tick))] as const)
    .filter(([words]) => words !== '')
    .map(
      ([words, y]) =>
        html`<line class="grid" x1="${box.left}" x2="${box.right}" y1="${y}" y2="${y}"/><text x="${box.left - 6}" y="${y + 4}" text-anchor="end">${words}</text>`,
    )}${
    label !== undefined &&
    html`<text class="label" x="12" y="${middle}" text-anchor="middle" transform="rotate(-90 12 ${middle})">${label}</text>`
  }</g>`;
}

/** A tenth of a unit is finer than a screen shows, and keeps the file small. */
export const round = (value: number): number => Math.round(value * 10) / 10;
