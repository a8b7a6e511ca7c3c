import { minMax } from '@utad/eval';
import { chart, round } from '../../charts/axes';
import { ReportError } from '../../error';
import { count } from '../../page/format';
import { type Html, html } from '../../page/html';
import { glyph, groupClass } from './glyph';
import type { PointGroup } from './groups';

const width = 420;
const margin = 12;
/** Of the height to the width: drawings are neither towers nor ribbons. */
const flattest = 0.5;
/** From here on points are drawn smaller, so that more of them hide less. */
const crowd = 300;

/**
 * Points of groups, each in its own shape and colour, one unit being as long across as up. Axes have no numbers: places
 * mean something only beside each other.
 *
 * @param id unique on the page
 * @throws ReportError when a coordinate is not finite.
 */
export function scatter(name: string, id: string, groups: readonly PointGroup[]): Html {
  const points = groups.flatMap((group) => group.points);
  for (const point of points) {
    if (Number.isFinite(point.x) && Number.isFinite(point.y)) continue;
    throw new ReportError(
      `${name}: expected ${point.id} at finite coordinates, received ${point.x}, ${point.y}`,
    );
  }
  const [across, up] = [minMax(points.map(({ x }) => x)), minMax(points.map(({ y }) => y))];
  const [spanAcross, spanUp] = [across.max - across.min, up.max - up.min];
  const inner = width - 2 * margin;
  const height = Math.round(
    2 * margin + inner * Math.min(1, Math.max(flattest, spanUp / (spanAcross || spanUp || 1))),
  );
  // Of the units of the points, how many one of the drawing is.
  const unit = Math.max(spanAcross / inner, spanUp / (height - 2 * margin)) || 1;
  const x = (value: number) => width / 2 + (value - (across.min + across.max) / 2) / unit;
  const y = (value: number) => height / 2 - (value - (up.min + up.max) / 2) / unit;
  const scale = Math.min(1, (crowd / points.length) ** 0.7);
  // Good test images last: their circles are hollow and hide nothing.
  const drawn = [...groups.entries()].sort(
    ([, a], [, b]) => Number(a.name === 'good') - Number(b.name === 'good'),
  );
  const label = `${name} of latent codes: ${groups
    .map((group) => `${count(group.points.length, 'image')} of ${group.name}`)
    .join(', ')}.`;
  return chart(
    [height, width],
    label,
    html`<defs>${groups.map((group, index) => html`<g id="${id}-${index}">${glyph(group, scale)}</g>`)}</defs>
<rect class="latent-frame" x=".5" y=".5" width="${width - 1}" height="${height - 1}"/>
${drawn.map(
  ([index, group]) =>
    html`<g class="${groupClass(group)}">${group.points.map(
      (point) =>
        html`<use href="#${id}-${index}" x="${round(x(point.x))}" y="${round(y(point.y))}"><title>${point.id}, ${group.name}</title></use>`,
    )}</g>`,
)}`,
  );
}
