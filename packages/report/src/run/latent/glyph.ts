import {
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from 'd3-shape';
import { type Html, html } from '../../page/html';
import type { PointGroup } from './groups';

const shapes = [symbolTriangle, symbolSquare, symbolDiamond, symbolCross, symbolStar, symbolWye] as const;

/** Colours of types of defect; shapes and colours come round at different times, so that 30 types differ. */
const COLOURS = 5;

/** The class that gives a group its colour. */
export function groupClass({ name, place }: PointGroup): string {
  return place === undefined ? `latent-${name}` : `latent-defect latent-${place % COLOURS}`;
}

/**
 * The shape of a group around (0, 0), told apart without colour too.
 *
 * @param scale of its area, for drawings of many points
 */
export function glyph({ name, place }: PointGroup, scale = 1): Html {
  const shape = place === undefined ? symbolCircle : (shapes[place % shapes.length] ?? symbolTriangle);
  const area = name === 'training' ? 14 : 34;
  const path = symbol(shape, area * scale).digits(1)() ?? '';
  return html`<path d="${path}"/>`;
}
