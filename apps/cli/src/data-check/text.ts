import type { DatasetReport, Finding } from '@utad/datasets/node';
import { formatCount, formatFacts, formatTable } from '../terminal/format';

/** More of one kind than a person would read; `--json` has them too. Lines of a list are named all, as far as they are known. */
const SHOWN = 10;

/** What a data set holds and what is wrong with it, for people. */
export function describeReport(report: DatasetReport): string {
  const masks = report.counts.some((count) => count.masks > 0);
  const rows = report.counts.map((count) => [
    [count.category, count.split, count.defectType].filter((part) => part !== null).join('/'),
    String(count.images),
    ...(masks ? [String(count.masks)] : []),
  ]);
  const { marked } = report;
  const percent = (share: number) => `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`;
  const facts: [string, string][] = [
    ['images', String(report.images)],
    ['sizes', listed(report.sizes.map(({ size, images }) => `${size.join('x')} (${images})`))],
    ['modes', listed(report.modes.map(({ mode, images }) => `${mode} (${images})`))],
  ];
  if (marked !== null) {
    const { least, median, most } = marked;
    facts.push([
      'marked',
      `${percent(least)} to ${percent(most)} of an image, ${percent(median)} in the middle`,
    ]);
  }
  const table = formatTable([['', 'images', ...(masks ? ['masks'] : [])], ...rows]);
  return [table, formatFacts(facts), findings(report.findings)].join('\n\n');
}

function findings(all: readonly Finding[]): string {
  if (all.length === 0) return 'nothing wrong was found';
  return [true, false]
    .flatMap((wrong) => {
      const those = all.filter((finding) => finding.wrong === wrong);
      const kinds = [...new Set(those.map(({ finding }) => finding))];
      return kinds.flatMap((kind) =>
        group(
          kind,
          wrong,
          those.filter(({ finding }) => finding === kind),
        ),
      );
    })
    .join('\n');
}

function group(kind: string, wrong: boolean, those: readonly Finding[]): string[] {
  const shown = kind === 'listing' ? those.length : SHOWN;
  const more = those.length - shown;
  return [
    ...those.slice(0, shown).map(({ message }) => `${wrong ? 'wrong' : 'note '}  ${kind}: ${message}`),
    ...(more > 0 ? [`${wrong ? 'wrong' : 'note '}  ${kind}: and ${more} more; --json has them`] : []),
  ];
}

function listed(items: readonly string[]): string {
  const shown = items.slice(0, 6).join(', ');
  return items.length > 6 ? `${shown} and ${formatCount(items.length - 6, 'other')}` : shown || 'none';
}
