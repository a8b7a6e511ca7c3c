import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { RunFolder } from '../run/run-folder';
import { formatMetric, formatNumber, formatSeconds } from '../terminal/format';
import type { Output } from '../terminal/output';

const byName = z.record(z.string(), z.number());

/** What of `metrics.json` a demonstration shows. */
const schema = z.looseObject({
  image: z.looseObject({ auroc: z.number().nullable() }),
  meanImageAuroc: z.number().nullable(),
  pixelDifference: z.object({ reconstruction: z.looseObject({ imageAuroc: z.number().nullable() }) }),
  restoration: z.object({ insideInput: z.number(), inside: byName, outside: byName }),
  backend: z.looseObject({ name: z.string() }),
  notes: z.array(z.string()),
});

export type DemoMetrics = z.infer<typeof schema>;

export async function readMetrics({ metrics }: RunFolder): Promise<DemoMetrics> {
  return schema.parse(JSON.parse(await readFile(metrics, 'utf8')));
}

/** What `demo --json` prints. */
export function demoResult(folder: RunFolder, metrics: DemoMetrics, seconds: number) {
  const { insideInput, inside, outside } = metrics.restoration;
  return {
    run: folder.name,
    report: folder.shown(folder.report),
    metrics: folder.shown(folder.metrics),
    image: metrics.image,
    meanImageAuroc: metrics.meanImageAuroc,
    reconstructionPixelsAuroc: metrics.pixelDifference.reconstruction.imageAuroc,
    insideMasks: { input: insideInput, impression: inside.impression ?? null },
    outsideMasks: {
      reconstruction: outside.reconstruction ?? null,
      impression: outside.impression ?? null,
    },
    backend: metrics.backend,
    seconds,
    notes: metrics.notes,
  };
}

/** The three numbers of a demonstration, and where to go from there. */
export function demoSummary(
  folder: RunFolder,
  metrics: DemoMetrics,
  seconds: number,
  output: Output,
): string {
  const {
    image,
    insideMasks,
    outsideMasks,
    meanImageAuroc,
    reconstructionPixelsAuroc,
    report,
    metrics: metricsPath,
  } = demoResult(folder, metrics, seconds);
  const number = (value: number | null) => (value === null ? '-' : formatNumber(value));
  return [
    ...(seconds > 0 ? [`done in ${formatSeconds(seconds)} on ${metrics.backend.name}`, ''] : []),
    output.strong('What the detector learnt from good washers alone'),
    `  It tells defective images from good ones: image AUROC ${formatMetric(image.auroc)}`,
    `    (plain |x - x̂| has ${formatMetric(reconstructionPixelsAuroc)}, the distance to the mean training image ${formatMetric(meanImageAuroc)}; chance is 0.5)`,
    `  The impression leaves defects out: inside them |m - clean| ${number(insideMasks.impression)}, |x - clean| ${number(insideMasks.input)}`,
    `  The reconstruction brings detail back: outside them |x̂ - x| ${number(outsideMasks.reconstruction)}, |m - x| ${number(outsideMasks.impression)}`,
    '',
    `report   ${report}`,
    `metrics  ${metricsPath}`,
    ...metrics.notes.map((note) => `note: ${note}`),
    '',
    output.strong('Your own photos'),
    '  utad train --root FOLDER_OF_GOOD_PHOTOS --out runs/mine',
    '  utad predict runs/mine OTHER_PHOTOS',
  ].join('\n');
}
