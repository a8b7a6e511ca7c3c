import { rocCurve } from '@utad/eval';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { formatHundredths, formatNumber } from '../page/format';
import { type Html, html } from '../page/html';
import type { ImageScore } from '../run/data';
import { bottomAxis, chart, leftAxis, round } from './axes';

const size = [330, 420] as const;
const box = { left: 52, top: 14, right: 408, bottom: 286 };

/** ROC curve of the image scores, with the point at which the fitted threshold works. Needs both classes. */
export function rocChart(scores: readonly ImageScore[], threshold: number): Html {
  const curve = rocCurve(
    scores.map(({ label }) => label),
    scores.map(({ score }) => score),
  );
  const x = scaleLinear([0, 1], [box.left, box.right]);
  const y = scaleLinear([0, 1], [box.bottom, box.top]);
  const path = line<number>()
    .x((_, i) => round(x(curve.falsePositiveRate[i] ?? 0)))
    .y((rate) => round(y(rate)))([...curve.truePositiveRate]);
  const share = (of: 0 | 1) => {
    const group = scores.filter(({ label }) => label === of);
    return group.filter(({ score }) => score >= threshold).length / group.length;
  };
  const [missedGood, found] = [share(0), share(1)];
  const label =
    `ROC curve of image scores. At the fitted threshold ${formatNumber(threshold)}, ` +
    `${formatHundredths(found)} % of anomalous and ${formatHundredths(missedGood)} % of good images are called anomalous.`;
  return chart(
    size,
    label,
    html`${leftAxis(y, box, { label: 'anomalous images found' })}${bottomAxis(x, box, { label: 'good images called anomalous' })}
<line class="chance" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/><path class="line" d="${path ?? ''}"/>
<circle class="mark" cx="${round(x(missedGood))}" cy="${round(y(found))}" r="5"/>`,
  );
}
