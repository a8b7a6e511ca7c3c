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

/** Told apart by eye, small too. */
export const SHAPES = [
  symbolCircle,
  symbolSquare,
  symbolTriangle,
  symbolDiamond,
  symbolCross,
  symbolStar,
  symbolWye,
] as const;

/** The outline of a shape around (0, 0). */
export const shapePath = (shape: SymbolType, area: number): string => symbol(shape, area).digits(1)() ?? '';
