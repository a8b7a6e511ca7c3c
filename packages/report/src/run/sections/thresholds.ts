import { formatMetric, formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { ReportData } from '../data';
import type { Measured } from '../metrics';

/** What each threshold is, where it came from and what it may be used for. */
export function thresholds({ thresholds: at, metrics }: ReportData): Html {
  const { iou } = metrics.pixel;
  return html`<section aria-labelledby="thresholds"><h2 id="thresholds">How to read the thresholds</h2>
<p>A score or a map value that reaches its threshold counts as anomalous. Both AUROC numbers need no threshold: they only
ask whether anomalous comes before good. IoU needs one, and is given at three.</p>
<dl class="terms">
${term('Fitted, image', at.image, undefined, 'The 0.95 quantile of the scores of good images held out of training, so about one good image in twenty is expected to exceed it. It decides whether an image is called anomalous.')}
${term('Fitted, pixel', at.pixel, iou.fitted, 'The 0.999 quantile of the map values on the same held-out good images. It decides which pixels are marked. The two fitted thresholds are the only ones that prediction uses: no test image took part in choosing them.')}
${term('Paper, pixel', at.paper, iou.paper, 'The map is scaled by its smallest and largest value over the whole test set and cut at one half, as in the paper. A single extreme pixel moves it, and it has to see the test set first.')}
${term('Oracle, pixel', at.oracle, iou.oracle, 'The threshold with the best IoU on the test set, chosen by looking at the ground truth: an upper bound, and not one that could be used in practice.')}
</dl></section>`;
}

function term(name: string, value: number | undefined, iou: Measured | undefined, words: string): Html {
  return html`<div><dt>${name}</dt><dd class="value">${value === undefined ? '–' : formatNumber(value)}${
    iou !== undefined && html`<span>IoU ${iou === null ? 'not defined' : formatMetric(iou)}</span>`
  }</dd><dd>${words}</dd></div>`;
}
