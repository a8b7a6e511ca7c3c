import {
  type SymbolType,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from 'd3-shape';
import { type Html, html } from '../page/html';

/** A shape and a colour for each detector, so that neither has to be told apart alone. */
const shapes: readonly SymbolType[] = [
  symbolCircle,
  symbolSquare,
  symbolTriangle,
  symbolDiamond,
  symbolCross,
  symbolStar,
  symbolWye,
];

/** Contrast with the page is at least 4.5 in either setting. */
export const seriesColours = {
  light: ['#2166ac', '#b8430c', '#1a6e3c', '#8a3ea8', '#7a5b00', '#0b7285', '#a61e4d', '#495057'],
  dark: ['#74b3ee', '#f5945c', '#6cc48d', '#cf9bea', '#e0bd4f', '#66d9e8', '#faa2c1', '#ced4da'],
} as const;

const shapeOf = (index: number): SymbolType => shapes[index % shapes.length] ?? symbolCircle;

/** The class that gives a mark the colour of a detector. */
export const seriesClass = (index: number): string => `series-${index % seriesColours.light.length}`;

/** The mark of a detector, at a place of a chart. */
export function mark(index: number, x: number, y: number, area = 42): Html {
  const path = symbol(shapeOf(index), area).digits(1)() ?? '';
  return html`<path class="mark-of ${seriesClass(index)}" transform="translate(${x} ${y})" d="${path}"/>`;
}

/** The mark beside its detector's name. */
export function legendMark(index: number): Html {
  return html`<svg class="swatch" viewBox="-7 -7 14 14" aria-hidden="true">${mark(index, 0, 0, 56)}</svg>`;
}
