import { join } from 'node:path';
import { type Gallery, type Latent, renderReport } from '@utad/report';
import { readHistory } from '../run/history';
import type { RunFolder } from '../run/run-folder';
import { toJson } from '../write-file';
import { type Metrics, metricsOf } from './metrics';
import { reportData } from './report-data';
import type { Evaluated } from './run-evaluation';

/** What explains the numbers, where it is there. */
interface Interpretation {
  readonly gallery: Gallery | undefined;
  readonly latent: Latent | undefined;
}

/** `report.html`, then `metrics.json`, to be written into a folder. */
export async function resultFiles(
  evaluated: Evaluated,
  out: string,
  run: RunFolder | undefined,
  { gallery, latent }: Interpretation,
): Promise<{
  readonly metrics: Metrics;
  readonly files: readonly (readonly [path: string, content: string])[];
}> {
  const history = run === undefined ? undefined : await readHistory(run.history);
  const report = join(out, 'report.html');
  const metrics = metricsOf(evaluated, latent, report);
  const data = await reportData(evaluated, gallery, history);
  return {
    metrics,
    files: [
      [report, await renderReport({ ...data, ...(latent && { latent }) })],
      [join(out, 'metrics.json'), toJson(metrics)],
    ],
  };
}
