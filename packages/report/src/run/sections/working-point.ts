import { formatHundredths, formatMetric, formatWhole } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { ReportData } from '../data';

/** What the fitted image threshold does to every image, as counts. Needs both classes. */
export function workingPoint({ scores, thresholds }: Pick<ReportData, 'scores' | 'thresholds'>): Html {
  const counted = ([1, 0] as const).map((label) => {
    const group = scores.filter((image) => image.label === label);
    const called = group.filter(({ score }) => score >= thresholds.image).length;
    return { name: label === 1 ? 'Anomalous' : 'Good', called, left: group.length - called };
  });
  const [anomalous = { called: 0, left: 0 }, good = { called: 0, left: 0 }] = counted;
  const [found, wrong] = [anomalous.called, good.called];
  const called = found + wrong;
  return html`<div class="working-point"><table><caption>At the fitted threshold</caption>
<thead><tr><th scope="col">Images</th><th scope="col" class="number">Called anomalous</th><th scope="col" class="number">Called good</th></tr></thead>
<tbody>${counted.map(
    ({ name, called, left }) =>
      html`<tr><th scope="row">${name}</th><td class="number">${formatWhole(called)}</td><td class="number">${formatWhole(left)}</td></tr>`,
  )}</tbody></table>
<p>Recall ${formatHundredths(found / (found + anomalous.left))} %, precision ${called === 0 ? 'not defined' : `${formatHundredths(found / called)} %`},
F1 ${formatMetric((2 * found) / (called + found + anomalous.left))}.</p></div>`;
}
