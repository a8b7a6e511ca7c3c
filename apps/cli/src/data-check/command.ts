import { checkDataset } from '@utad/datasets/node';
import type { Context } from '../context';
import { type PlacedOptions, placedDataset } from '../data-placed/placed-dataset';
import { PartlyFailedError } from '../errors';
import { formatCount } from '../terminal/format';
import { describeReport } from './text';

/** `utad data check` */
export async function dataCheck(
  path: string,
  options: PlacedOptions,
  { output, signal }: Context,
): Promise<void> {
  const { dataset, name } = await placedDataset(path, options);
  const report = await checkDataset(dataset, {
    signal,
    onProgress: (done, total) => output.status(`${done}/${total} images read`),
  });
  output.result(
    {
      dataset: name,
      root: path,
      ...report,
      counts: report.counts.map(({ defectType, ...rest }) => ({ kind: defectType, ...rest })),
    },
    `${path}, as ${name}\n\n${describeReport(report)}`,
  );
  const wrong = report.findings.reduce((sum, finding) => sum + (finding.wrong ? (finding.count ?? 1) : 0), 0);
  if (wrong > 0) throw new PartlyFailedError(`${formatCount(wrong, 'thing')} wrong with ${path}`);
}
