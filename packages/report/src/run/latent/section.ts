import { count, formatMetric, formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { Latent, ReportData } from '../data';
import { table } from '../sections/table';
import { glyph, groupClass } from './glyph';
import { defectsOf, groupsOf, type PointGroup } from './groups';
import { scatter } from './scatter';

/** Latent codes in two dimensions, and how far the test images' lie from the training images'. */
export function latentSection({ latent, metrics }: ReportData): Html | undefined {
  if (latent === undefined) return undefined;
  const { projections, dimensions, about, distances } = latent;
  if (projections.length === 0 && distances === undefined) return undefined;
  const defects = defectsOf(latent);
  const drawings = projections.map(({ name, note, points }, index) => ({
    name,
    note,
    id: `latent-${index}`,
    groups: groupsOf(points, defects),
  }));
  const length = dimensions === undefined ? '' : `, ${count(dimensions, 'number')}`;
  return html`<section aria-labelledby="latent"><h2 id="latent">Latent codes</h2>
<p>The latent code of an image is what the detector's encoder makes of it${length}. Images are near when the Euclidean distance of
their codes is small. ${about}</p>
${drawings.length > 0 && legend(drawings.flatMap(({ groups }) => groups))}
<div class="charts latent">${drawings.map(
    ({ name, note, id, groups }) =>
      html`<figure><h3>${name}</h3>${scatter(name, id, groups)}<figcaption>${note}</figcaption></figure>`,
  )}</div>
${distances && distanceTable(distances, metrics.image.auroc)}</section>`;
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
${table({
  caption: 'How far the codes of images lie from that of the nearest training image',
  columns: ['Images', 'Number', 'Median distance'],
  rows: groups.map(({ group, images, median }) => [
    group === 'training' ? 'training, from the nearest other one' : group,
    count(images, 'image'),
    formatNumber(median),
  ]),
})}`;
}
