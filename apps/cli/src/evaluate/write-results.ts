import { join } from 'node:path';
import { renderReport } from '@utad/report';
import { readHistory } from '../run/history';
import type { RunFolder } from '../run/run-folder';
import { toJson, writeFile } from '../write-file';
import { chooseImages } from './choose-images';
import { galleryOf } from './gallery';
import { type Metrics, metricsOf } from './metrics';
import { reportData } from './report-data';
import type { Evaluated } from './run-evaluation';

/** Writes `report.html`, then `metrics.json`, into a folder. */
export async function writeResults(
  evaluated: Evaluated,
  out: string,
  run: RunFolder | undefined,
): Promise<Metrics> {
  const { detector, test, evaluation } = evaluated;
  const chosen = chooseImages(evaluation.items);
  const gallery = await galleryOf(detector, test, evaluation.items, chosen);
  const history = run === undefined ? undefined : await readHistory(run.history);
  const report = join(out, 'report.html');
  const metrics = metricsOf(evaluated, report);
  await writeFile(report, await renderReport(reportData(evaluated, gallery, history)));
  await writeFile(join(out, 'metrics.json'), toJson(metrics));
  return metrics;
}
