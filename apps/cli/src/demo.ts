import { type DemoResult, demo as makeDemo, PipelineError } from '@utad/pipeline/node';
import {
  type AssetFlags,
  assetOptions,
  type ConfigFlags,
  configOptions,
  tensorFlowBackend,
} from './commands/options';
import { type Context, watch } from './context';
import { InterruptedError } from './errors';
import { formatMetric, formatNumber, formatSeconds } from './terminal/format';
import type { Output } from './terminal/output';

export interface DemoFlags extends ConfigFlags, AssetFlags {
  readonly out: string;
  readonly quick?: boolean;
  readonly force?: boolean;
}

/** `utad demo`: from nothing to a report. */
export async function demo(flags: DemoFlags, context: Context): Promise<void> {
  const { out, quick = false, force = false } = flags;
  const { output, seed } = context;
  const backend = tensorFlowBackend(context.backend);
  try {
    const made = await makeDemo({
      ...{ out, quick, force, ...configOptions(flags), ...assetOptions(flags), ...watch(context) },
      ...(seed !== undefined && { seed }),
      ...(backend !== undefined && { backend }),
    });
    output.result(demoDocument(made), demoSummary(made, output));
  } catch (error) {
    if (!(error instanceof PipelineError && error.code === 'interrupted')) throw error;
    const again = ['utad demo', `--out ${out}`, quick && '--quick', seed && `--seed ${seed}`];
    const command = again.filter(Boolean).join(' ');
    throw new InterruptedError(`${error.message}; continue with: ${command}`, { cause: error });
  }
}

/** What `demo --json` prints. */
function demoDocument({ folder, metrics, seconds }: DemoResult) {
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
function demoSummary(made: DemoResult, output: Output): string {
  const { metrics, seconds } = made;
  const {
    image,
    insideMasks,
    outsideMasks,
    meanImageAuroc,
    reconstructionPixelsAuroc,
    report,
    metrics: metricsPath,
  } = demoDocument(made);
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
