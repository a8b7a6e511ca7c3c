import { type Html, html } from '../../page/html';
import type { ReportMetrics } from '../metrics';
import { confidenceOf } from './interval';

const names = { auroc: 'AUROC', aupr: 'average precision', f1Max: 'best F1' } as const;

/** What the intervals are, and why one may be missing; nothing where none was measured. */
export function howSure({ intervals, ...metrics }: ReportMetrics['image']): Html | undefined {
  if (!intervals) return undefined;
  const keys = (['auroc', 'aupr', 'f1Max'] as const).filter(
    (key) => metrics[key] !== null && metrics[key] !== undefined && intervals[key] !== undefined,
  );
  const known = keys.flatMap((key) => intervals[key] ?? []);
  const missing = keys.filter((key) => intervals[key] === null).map((key) => names[key]);
  const [first] = known;
  return html`${
    first &&
    html`<p>In ${confidenceOf(first)} of such cases the true value lies in the interval: it comes from drawing test images again and again
from these, with replacement, and says how far the number may move with other images of the same kinds. It says nothing of another
training run.${known.some(({ low, high }) => low === high) && ' An interval without width means that no draw differed: so few or so clear images cannot tell how sure the number is.'}</p>`
  }${missing.length > 0 && html`<p>There is no interval for ${missing.join(' and ')}: there are too few images, or they vary too little.</p>`}`;
}
