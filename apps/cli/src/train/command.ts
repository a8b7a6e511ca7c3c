import type { Context } from '../context';
import { UsageError } from '../errors';
import { RunFolder } from '../run/run-folder';
import { formatCount, formatFacts, formatLosses, formatNumber, formatSeconds } from '../terminal/format';
import { summariseStages } from '../terminal/stages';
import { planRun, resumeRun, type TrainOptions } from './plan';
import { runTraining, type TrainedRun } from './run-training';

/** `utad train`: arguments to a run folder. */
export async function train(options: TrainOptions, context: Context): Promise<void> {
  const { resume = false, force = false } = options;
  if (resume && force) throw new UsageError('expected --resume or --force, received both');
  const folder = new RunFolder(options.out);
  if (!resume) await folder.expectFree({ force });
  const plan = resume ? await resumeRun(folder, options, context) : await planRun(options, context);
  const brings = plan.detector.module === null ? '' : ` --detector ${options.detector}`;
  const resumeCommand = `utad train --resume --out ${options.out}${brings}`;
  const run = await runTraining(
    folder,
    plan,
    { resume, force, resumeCommand, cache: options.cache ?? true },
    context,
  );
  context.output.result(trainingResult(run), summary(run, brings));
}

/** What `train --json` prints. */
export function trainingResult({
  folder,
  config,
  backend,
  weights,
  history,
  thresholds,
  images,
  notes,
}: TrainedRun) {
  const stages = summariseStages(history);
  const each = <T>(choose: (stage: (typeof stages)[string]) => T) =>
    Object.fromEntries(Object.entries(stages).map(([name, stage]) => [name, choose(stage)]));
  return {
    detector: config.detector,
    config: config.config,
    seed: config.seed,
    run: folder.name,
    dataset: config.dataset,
    category: config.category,
    images,
    epochs: each(({ epochs }) => epochs),
    keptEpoch: each(({ kept }) => kept),
    losses: each(({ start, middle, end, heldOut }) => ({ start, middle, end, heldOut })),
    seconds: Object.values(stages).reduce((sum, { seconds }) => sum + seconds, 0),
    secondsPerEpoch: each(({ seconds, epochs }) => (epochs > 0 ? seconds / epochs : null)),
    thresholds,
    memory: { peakBytes: peakBytes() },
    backend: { name: backend.name, version: backend.version, device: backend.device },
    weights,
    notes,
  };
}

function summary({ folder, history, thresholds }: TrainedRun, brings: string): string {
  const stages = Object.entries(summariseStages(history)).map(
    ([name, { epochs, seconds, end }]): [string, string] => [
      name,
      `${formatCount(epochs, 'epoch')} in ${formatSeconds(seconds)}${end ? `, ${formatLosses(end)}` : ''}`,
    ],
  );
  return formatFacts([
    ...stages,
    ['memory', `${Math.round(peakBytes() / 1e6)} MB at most`],
    ['thresholds', `image ${formatNumber(thresholds.image)}, pixel ${formatNumber(thresholds.pixel)}`],
    ['bundle', folder.shown(folder.bundle)],
    ['next', `utad evaluate ${folder.name}${brings}  or  utad predict ${folder.name} IMAGE...${brings}`],
  ]);
}

/** The most memory that this process has held at once, libraries included. */
function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
