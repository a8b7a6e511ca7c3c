import { checkDataset, type DatasetReport, type Finding } from '@utad/datasets/node';
import { type FindDatasetOptions, findDataset } from '@utad/pipeline/node';
import type { Context } from './context';
import { PartlyFailedError, withFlags } from './errors';
import { formatCount, formatFacts, formatTable } from './terminal/format';

export interface DataCheckOptions extends FindDatasetOptions {
  readonly maskThreshold?: number;
  /** Pixels a side at which pixels will be measured. */
  readonly metricSize: number;
}

/** `utad data check` */
export async function dataCheck(
  path: string,
  options: DataCheckOptions,
  { output, signal }: Context,
): Promise<void> {
  const { location, name } = await findDataset(path, options);
  const { maskThreshold, metricSize } = options;
  const report = await checkDataset(location, {
    signal,
    maskSize: [metricSize, metricSize],
    ...(maskThreshold !== undefined && { maskThreshold }),
    onProgress: (done, total) => output.status(`${done}/${total} images read`),
  });
  const findings = report.findings.map((one) => ({ ...one, message: withFlags(one.message) }));
  output.result(
    {
      dataset: name,
      root: path,
      ...report,
      findings: findings.map(({ code, ...rest }) => ({ finding: code, ...rest })),
      counts: report.counts.map(({ defectType, ...rest }) => ({ kind: defectType, ...rest })),
    },
    `${path}, as ${name}\n\n${describeReport({ ...report, findings })}`,
  );
  const wrong = report.findings.reduce((sum, finding) => sum + (finding.wrong ? (finding.count ?? 1) : 0), 0);
  if (wrong > 0) throw new PartlyFailedError(`${formatCount(wrong, 'thing')} wrong with ${path}`);
}

/** More of one kind than a person would read; `--json` has them too. Lines of a list are named all, as far as they are known. */
const SHOWN = 10;

/** What a data set holds and what is wrong with it, for people. */
function describeReport(report: DatasetReport): string {
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
      const codes = [...new Set(those.map(({ code }) => code))];
      return codes.flatMap((code) =>
        group(
          code,
          wrong,
          those.filter((finding) => finding.code === code),
        ),
      );
    })
    .join('\n');
}

function group(code: string, wrong: boolean, those: readonly Finding[]): string[] {
  const shown = code === 'listing' ? those.length : SHOWN;
  const more = those.length - shown;
  return [
    ...those.slice(0, shown).map(({ message }) => `${wrong ? 'wrong' : 'note '}  ${code}: ${message}`),
    ...(more > 0 ? [`${wrong ? 'wrong' : 'note '}  ${code}: and ${more} more; --json has them`] : []),
  ];
}

function listed(items: readonly string[]): string {
  const shown = items.slice(0, 6).join(', ');
  return items.length > 6 ? `${shown} and ${formatCount(items.length - 6, 'other')}` : shown || 'none';
}
