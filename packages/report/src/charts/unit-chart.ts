import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import { type Html, html } from '../page/html';
import { bottomAxis, chart, leftAxis, round } from './axes';

export type Point = readonly [x: number, y: number];

const size = [312, 340] as const;
const box = { left: 48, top: 12, right: 330, bottom: 270 };
const x = scaleLinear([0, 1], [box.left, box.right]);
const y = scaleLinear([0, 1], [box.bottom, box.top]);

/** A curve of rates against rates, both axes from 0 to 1. */
export interface UnitChart {
  /** What a screen reader says instead of the chart. */
  readonly label: string;
  /** What the axes measure. */
  readonly axes: readonly [x: string, y: string];
  /** In [0, 1]. */
  readonly curve: readonly Point[];
  /** What chance reaches at the left and at the right. */
  readonly chance: { readonly from: number; readonly to: number } | undefined;
  /** The curve's area counts only up to here; it is tinted. */
  readonly limit?: number;
  /** Where the fitted threshold works. */
  readonly mark?: Point | undefined;
}

/** Draws a curve in the unit square, with chance as a dotted line and the fitted threshold as a dot. */
export function unitChart({ label, axes, curve, chance, limit, mark }: UnitChart): Html {
  const points = simplify(curve.map(([a, b]): Point => [x(a), y(b)]));
  const path = line<Point>()
    .x(([a]) => a)
    .y(([, b]) => b)(points);
  return chart(
    size,
    label,
    html`${leftAxis(y, box, { label: axes[1] })}${bottomAxis(x, box, { label: axes[0] })}${
      limit !== undefined && tinted(points, limit)
    }${
      chance &&
      html`<line class="chance" x1="${box.left}" y1="${round(y(chance.from))}" x2="${box.right}" y2="${round(y(chance.to))}"/>`
    }<path class="line" d="${path ?? ''}"/>${mark && marked(mark)}`,
  );
}

/** The area under the curve that counts, and where it ends. */
function tinted(points: readonly Point[], limit: number): Html {
  const end = x(limit);
  const inside = points.filter(([a]) => a <= end);
  const [last, next] = [inside.at(-1), points[inside.length]];
  if (last && next) {
    const share = (end - last[0]) / (next[0] - last[0]);
    inside.push([round(end), round(last[1] + share * (next[1] - last[1]))]);
  }
  const path = area<Point>()
    .x(([a]) => a)
    .y1(([, b]) => b)
    .y0(box.bottom)(inside);
  return html`<path class="tint" d="${path ?? ''}"/><line class="limit" x1="${round(end)}" x2="${round(end)}" y1="${box.top}" y2="${box.bottom}"/>`;
}

/** A dot with its name, on the side where there is room. */
function marked([a, b]: Point): Html {
  const [cx, cy] = [round(x(a)), round(y(b))];
  const left = a > 0.6;
  return html`<circle class="mark" cx="${cx}" cy="${cy}" r="5"/><text class="mark-label" x="${left ? cx - 10 : cx + 10}" y="${b < 0.08 ? cy - 8 : cy + 16}" text-anchor="${left ? 'end' : 'start'}">fitted threshold</text>`;
}

/** Points in units of a chart, rounded, without those in the middle of a level or upright stretch: a smaller file. */
function simplify(points: Iterable<Point>): Point[] {
  const kept: Point[] = [];
  for (const [exactX, exactY] of points) {
    const [x, y] = [round(exactX), round(exactY)];
    const [before, last] = [kept.at(-2), kept.at(-1)];
    if (last && last[0] === x && last[1] === y) continue;
    const straight =
      before && last && ((before[0] === x && last[0] === x) || (before[1] === y && last[1] === y));
    if (straight) kept.pop();
    kept.push([x, y]);
  }
  return kept;
}
