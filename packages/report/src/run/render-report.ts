import { notesSection, type PageSection, page } from '../page/page';
import type { ReportData } from './data';
import { gallery } from './gallery/section';
import { curves, thresholds } from './sections/curves';
import { defectTypes } from './sections/defect-types';
import { facts } from './sections/facts';
import { latent } from './sections/latent';
import { losses } from './sections/losses';
import { restoration } from './sections/restoration';
import { introduction, results, scoreComparisons } from './sections/results';
import { shares } from './sections/shares';
import { runStyle } from './style';

/** A section of the report, or nothing where its data are not there. */
type Section = (data: ReportData) => PageSection | undefined;

/** What it says and how sure that is, where it fails, why, how it was made; the pictures, which are many, last. */
const SECTIONS: readonly Section[] = [
  results,
  ({ notes }) => notesSection('Keep in mind', 'What to keep in mind', notes),
  defectTypes,
  curves,
  thresholds,
  shares,
  restoration,
  latent,
  scoreComparisons,
  losses,
  facts,
  gallery,
];

/**
 * Renders one self-contained HTML file: readable offline, with or without scripts, in light and dark, on a phone and on paper.
 *
 * @param data - Plain data; sections without data are left out, and metrics that are `null` are explained.
 * @returns The whole file as text. Text from `data` is escaped.
 * @throws {@link ReportError} When a latent code has no place. `MetricError` of `@utad/eval` when a score is NaN or infinite.
 *
 * @example
 * ```ts
 * await writeFile('report.html', await renderReport(data));
 * ```
 */
export async function renderReport(data: ReportData): Promise<string> {
  return page({
    title: data.title,
    sort: 'anomaly detection report',
    createdAt: data.createdAt,
    lead: introduction(data),
    sections: SECTIONS.map((section) => section(data)),
    styles: [runStyle],
  });
}
