import { page } from '../page/page';
import type { ReportData } from './data';
import { galleryBehaviour } from './gallery/behaviour';
import { gallerySection } from './gallery/section';
import { galleryStyle } from './gallery/style';
import { latentSection } from './latent/section';
import { latentStyle } from './latent/style';
import { comparisons } from './sections/comparisons';
import { curves } from './sections/curves';
import { facts } from './sections/facts';
import { kinds } from './sections/kinds';
import { losses } from './sections/losses';
import { notes } from './sections/notes';
import { restoration } from './sections/restoration';
import { shares } from './sections/shares';
import { introduction, summary } from './sections/summary';
import { thresholds } from './sections/thresholds';
import { runStyle } from './style';

/**
 * Renders one self-contained HTML file: readable offline, with or without scripts, in light and dark, on a phone and on paper.
 *
 * @param data - Plain data; sections without data are left out, and metrics that are `null` are explained.
 * @returns The whole file as text. Text from `data` is escaped.
 * @throws `MetricError` of `@utad/eval` when a score is NaN or infinite.
 *
 * @example
 * ```ts
 * await writeFile('report.html', await renderReport(data));
 * ```
 */
export async function renderReport(data: ReportData): Promise<string> {
  const { gallery } = data;
  return page({
    title: data.title,
    sort: 'anomaly detection report',
    createdAt: data.createdAt,
    lead: introduction(data),
    // What it says and how sure that is, where it fails, why, how it was made; the pictures, which are many, last.
    sections: [
      { id: 'results', name: 'Results', content: summary(data) },
      { id: 'notes', name: 'Keep in mind', content: notes(data) },
      { id: 'kinds', name: 'Types of defect', content: kinds(data) },
      { id: 'curves', name: 'Curves', content: curves(data) },
      { id: 'thresholds', name: 'Thresholds', content: thresholds(data) },
      { id: 'shares', name: 'The map', content: shares(data) },
      { id: 'restoration', name: 'Restoration', content: restoration(data) },
      { id: 'latent', name: 'Latent codes', content: latentSection(data) },
      { id: 'comparisons', name: 'Comparisons', content: comparisons(data) },
      { id: 'losses', name: 'Training', content: losses(data) },
      { id: 'facts', name: 'Run', content: facts(data) },
      { id: 'gallery', name: 'Images', content: gallery && (await gallerySection(gallery)) },
    ],
    ...(gallery && { behaviours: [galleryBehaviour] }),
    styles: [runStyle, ...(data.latent ? [latentStyle] : []), ...(gallery ? [galleryStyle(gallery)] : [])],
  });
}
