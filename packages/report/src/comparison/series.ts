import { SHAPES, shapePath } from '../charts/shapes';
import { type Html, html } from '../page/html';

/** Contrast with the page is at least 4.5 in either setting. */
export const seriesColours = {
  light: ['#2166ac', '#b8430c', '#1a6e3c', '#8a3ea8', '#7a5b00', '#0b7285', '#a61e4d', '#495057'],
  dark: ['#74b3ee', '#f5945c', '#6cc48d', '#cf9bea', '#e0bd4f', '#66d9e8', '#faa2c1', '#ced4da'],
} as const;

/** The class that gives a mark the colour of a detector. */
export const seriesClass = (index: number): string => `series-${index % seriesColours.light.length}`;

/** The mark of a detector, at a place of a chart: a shape and a colour of its own, so that neither has to be told apart alone. */
export function mark(index: number, x: number, y: number, area = 42): Html {
  const path = shapePath(SHAPES[index % SHAPES.length] ?? SHAPES[0], area);
  return html`<path class="mark-of ${seriesClass(index)}" transform="translate(${x} ${y})" d="${path}"/>`;
}

/** The mark beside its detector's name. */
export function legendMark(index: number): Html {
  return html`<svg class="swatch" viewBox="-7 -7 14 14" aria-hidden="true">${mark(index, 0, 0, 56)}</svg>`;
}
