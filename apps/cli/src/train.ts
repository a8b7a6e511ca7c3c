import {
  type AugmentConfig,
  augmentConfig,
  BUILT_IN,
  PipelineError,
  summariseStages,
  type TrainedRun,
  type TrainOptions,
  train as trainRun,
} from '@utad/pipeline/node';
import {
  type AssetFlags,
  AUGMENT_TAKES,
  assetOptions,
  type ConfigFlags,
  configOptions,
  tensorFlowBackend,
} from './commands/options';
import { type Context, watch } from './context';
import { InterruptedError, UsageError, withFlags } from './errors';
import { formatCount, formatFacts, formatLosses, formatNumber, formatSeconds } from './terminal/format';

export interface TrainFlags
  extends AssetFlags,
    ConfigFlags,
    Pick<
      TrainOptions,
      | 'out'
      | 'dataset'
      | 'root'
      | 'category'
      | 'good'
      | 'preset'
      | 'limit'
      | 'skipBad'
      | 'whiteLevel'
      | 'roi'
      | 'checkpointEvery'
      | 'resume'
      | 'force'
    > {
  readonly detector?: string;
  /** How training images are varied, as {@link parseAugment} reads it. */
  readonly augment?: string;
  /** False with `--no-cache`. */
  readonly cache?: boolean;
}

/** `utad train`: arguments to a run folder. */
export async function train(flags: TrainFlags, context: Context): Promise<void> {
  const { augment, vgg19, asset, config, set, shortcuts, ...options } = flags;
  const { seed, output } = context;
  const backend = tensorFlowBackend(context.backend);
  const builtIn = options.detector === undefined || BUILT_IN.some(({ kind }) => kind === options.detector);
  const brings = builtIn ? '' : ` --detector ${options.detector}`;
  try {
    const run = await trainRun({
      ...options,
      ...configOptions({ config, set, shortcuts }),
      ...assetOptions({ vgg19, asset }),
      ...(augment !== undefined && { augment: parseAugment(augment) }),
      cache: options.cache ?? true,
      ...(seed !== undefined && { seed }),
      ...(backend !== undefined && { backend }),
      ...watch(context),
    });
    run.dispose();
    output.result(trainingResult(run), summary(run, brings));
  } catch (error) {
    if (!(error instanceof PipelineError && error.code === 'interrupted')) throw error;
    const command = `utad train --resume --out ${options.out}${brings}`;
    throw new InterruptedError(`${error.message}; continue with: ${command}`, { cause: error });
  }
}

/**
 * Reads `--augment flipHorizontal,rotation=5`.
 *
 * @throws UsageError for a name or number that has no meaning.
 */
export function parseAugment(text: string): AugmentConfig {
  const config: Record<string, unknown> = {};
  for (const part of text.split(',')) {
    const [name = '', value, ...more] = part.trim().split('=');
    if (more.length > 0 || !(name in augmentConfig.shape) || name in config) throw refused(part.trim());
    // An empty text would be the number 0.
    config[name] = value === undefined ? true : value === '' ? Number.NaN : Number(value);
  }
  const parsed = augmentConfig.safeParse(config);
  if (parsed.success) return parsed.data;
  const [name = ''] = parsed.error.issues[0]?.path.map(String) ?? [];
  throw refused(text.split(',').find((part) => part.trim().startsWith(name)) ?? text);
}

function refused(part: string): UsageError {
  return new UsageError(`--augment: expected some of ${AUGMENT_TAKES}, received ${part || 'nothing'}`);
}

/** What `train --json` prints. */
function trainingResult({ run, detector, manifest, backend, history, images, notes }: TrainedRun) {
  const { folder, config } = run;
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
    thresholds: manifest.thresholds,
    memory: { peakBytes: peakBytes() },
    backend: { name: backend.name, version: backend.version, device: backend.device },
    weights: detector.assets ?? {},
    notes: notes.map(withFlags),
  };
}

function summary(
  { run: { folder }, history, manifest: { thresholds }, hasTestImages }: TrainedRun,
  brings: string,
): string {
  const predict = `utad predict ${folder.name} IMAGE...${brings}`;
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
    ['next', hasTestImages ? `utad evaluate ${folder.name}${brings}  or  ${predict}` : predict],
  ]);
}

/** The most memory that this process has held at once, libraries included. */
function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
