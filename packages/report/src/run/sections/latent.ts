import { minMax } from '@utad/eval';
import { chart, round } from '../../charts/axes';
import { SHAPES, shapePath } from '../../charts/shapes';
import { unexpected } from '../../error';
import { count, formatMetric, formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { PageSection } from '../../page/page';
import { table } from '../../page/table';
import type { Latent, LatentPoint, ReportData } from '../data';

/** Latent codes in two dimensions, and how far the test images' lie from the training images'. */
export function latent({ latent: codes, metrics }: ReportData): PageSection | undefined {
  if (codes === undefined) return undefined;
  const { projections, dimensions, about, distances } = codes;
  if (projections.length === 0 && distances === undefined) return undefined;
  const defects = defectsOf(codes);
  const drawings = projections.map(({ name, note, points }, index) => ({
    name,
    note,
    id: `latent-${index}`,
    groups: groupsOf(points, defects),
  }));
  const length = dimensions === undefined ? '' : `, ${count(dimensions, 'number')}`;
  return {
    id: 'latent',
    name: 'Latent codes',
    heading: 'Latent codes',
    style: latentStyle,
    content: html`<p>The latent code of an image is what the detector's encoder makes of it${length}. Images are near when the Euclidean distance of
their codes is small. ${about}</p>
${drawings.length > 0 && legend(drawings.flatMap(({ groups }) => groups))}
<div class="charts latent">${drawings.map(
      ({ name, note, id, groups }) =>
        html`<figure><h3>${name}</h3>${scatter(name, id, groups)}<figcaption>${note}</figcaption></figure>`,
    )}</div>
${distances && distanceTable(distances, metrics.image.auroc)}`,
  };
}

/** What each shape stands for, once for all drawings. */
function legend(groups: readonly PointGroup[]): Html {
  const shown = new Map<string, PointGroup>();
  for (const group of groups) {
    if ((shown.get(group.name)?.points.length ?? 0) < group.points.length) shown.set(group.name, group);
  }
  return html`<ul class="latent-legend">${[...shown.values()].map(
    (group) =>
      html`<li><svg viewBox="-6 -6 12 12" aria-hidden="true"><g class="${groupClass(group)}">${glyph(group)}</g></svg> ${group.name} (${group.points.length})</li>`,
  )}</ul>`;
}

function distanceTable({ auroc, groups }: NonNullable<Latent['distances']>, own: number | null): Html {
  const sentence =
    auroc === null
      ? ''
      : html`<p>Taken as image score, the distance to the nearest training image has an AUROC of ${formatMetric(auroc)}; the detector's own
score has ${formatMetric(own)}. ${auroc < 0.5 ? 'Below 0.500, which is chance, good test images lie farther from the training images than anomalous ones do.' : 'Chance is 0.500.'}</p>`;
  return html`<h3>Distance to the nearest training image</h3>
${sentence}
${table(
  'How far the codes of images lie from that of the nearest training image',
  [
    ['Images', ({ group }) => (group === 'training' ? 'training, from the nearest other one' : group)],
    ['Number', ({ images }) => count(images, 'image')],
    ['Median distance', ({ median }) => formatNumber(median)],
  ],
  groups,
)}`;
}

/** Images that are drawn alike, and how. */
interface PointGroup {
  /** `training`, `good` or the type of defect. */
  readonly name: string;
  readonly points: readonly LatentPoint[];
  /** Of types of defect, from 0; undefined for images without one. */
  readonly place: number | undefined;
}

/** Training images first, then good ones, then types of defect by name: later ones are drawn over earlier ones. */
function groupsOf(points: readonly LatentPoint[], defects: readonly string[]): PointGroup[] {
  const groupOf = (name: string, place?: number) => {
    return { name, points: points.filter(({ group }) => group === name), place };
  };
  const groups = [groupOf('training'), groupOf('good'), ...defects.map(groupOf)];
  return groups.filter((group) => group.points.length > 0);
}

/** All types of defect that occur in any projection, by name: a type looks the same in all of them. */
function defectsOf({ projections }: Latent): string[] {
  const names = new Set(projections.flatMap(({ points }) => points.map(({ group }) => group)));
  return [...names].filter((name) => name !== 'training' && name !== 'good').sort();
}

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
function scatter(name: string, id: string, groups: readonly PointGroup[]): Html {
  const points = groups.flatMap((group) => group.points);
  for (const point of points) {
    if (Number.isFinite(point.x) && Number.isFinite(point.y)) continue;
    throw unexpected('not-finite', name, `${point.id} at finite coordinates`, `${point.x}, ${point.y}`);
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

const [circle, square, triangle, ...others] = SHAPES;
const shapes = [triangle, square, ...others];

/** Colours of types of defect; shapes and colours come round at different times, so that 30 types differ. */
const COLOURS = 5;

/** The class that gives a group its colour. */
function groupClass({ name, place }: PointGroup): string {
  return place === undefined ? `latent-${name}` : `latent-defect latent-${place % COLOURS}`;
}

/**
 * The shape of a group around (0, 0), told apart without colour too.
 *
 * @param scale of its area, for drawings of many points
 */
function glyph({ name, place }: PointGroup, scale = 1): Html {
  const shape = place === undefined ? circle : (shapes[place % shapes.length] ?? triangle);
  const area = name === 'training' ? 14 : 34;
  return html`<path d="${shapePath(shape, area * scale)}"/>`;
}

/** The look of drawings of latent codes: test images in colours, training images behind them in grey. */
const latentStyle = `
:root { --defect-0: #c0480f; --defect-1: #7b3fa0; --defect-2: #1a6e3c; --defect-3: #a8246b; --defect-4: #80650a; }
@media screen and (prefers-color-scheme: dark) {
  :root { --defect-0: #f5945c; --defect-1: #c79be8; --defect-2: #6cc48d; --defect-3: #f08bbd; --defect-4: #d9b54a; }
}
.chart .latent-frame { fill: none; stroke: var(--rule); }
.latent-training { fill: var(--soft); fill-opacity: .4; }
.latent-good { fill: none; stroke: var(--good); stroke-width: 1.5; }
.latent-defect { fill-opacity: .85; stroke: var(--page); stroke-width: .5; }
.latent-0 { fill: var(--defect-0); }
.latent-1 { fill: var(--defect-1); }
.latent-2 { fill: var(--defect-2); }
.latent-3 { fill: var(--defect-3); }
.latent-4 { fill: var(--defect-4); }
.latent figcaption { margin-top: .5rem; }
.latent-legend { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; padding: 0; margin: 0 0 1rem; list-style: none; font-size: .875rem;
  max-width: none; font-variant-numeric: tabular-nums; }
.latent-legend svg { width: 1rem; height: 1rem; vertical-align: -.125rem; }
@media print { .latent-frame, [class^="latent-"] { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
