import { twoStagePresets } from '@utad/two-stage';
import {
  type ConfigOptions,
  changesConfig,
  loadConfig,
  type PresetName,
  parseConfig,
} from '../config/load-config';
import type { Context } from '../context';
import { type SourceOptions, sourceOf } from '../data/source';
import { UsageError } from '../errors';
import type { RunConfig } from '../run/run-config';
import type { RunFolder } from '../run/run-folder';
import { vgg19Path } from '../vgg19';

/** What `utad train` was asked for. */
export interface TrainOptions extends SourceOptions, ConfigOptions {
  readonly out: string;
  readonly preset?: PresetName;
  readonly limit?: number;
  readonly skipBad?: boolean;
  readonly vgg19?: string;
  readonly checkpointEvery?: number;
  readonly resume?: boolean;
  readonly force?: boolean;
}

type Plain = string | number | boolean | null | undefined;
type Given = Pick<Context, 'seed' | 'backend'>;

/** The configuration of a new run. */
export async function planRun(options: TrainOptions, { seed = 0, backend }: Given): Promise<RunConfig> {
  const { preset = 'fast' } = options;
  return {
    format: 1,
    detector: 'two-stage',
    ...sourceOf(options),
    limit: options.limit ?? null,
    skipBad: options.skipBad ?? false,
    preset,
    config: await loadConfig(twoStagePresets[preset], options),
    seed,
    backend: backend ?? null,
    vgg19: await vgg19Path(options.vgg19),
    checkpointEvery: options.checkpointEvery ?? 100,
  };
}

/**
 * The configuration of a run that goes on.
 *
 * @throws UsageError when there is no run, or the command line says otherwise than its configuration.
 */
export async function resumeRun(folder: RunFolder, options: TrainOptions, given: Given): Promise<RunConfig> {
  if (!(await folder.isRun())) {
    throw new UsageError(`--resume: expected the folder of a run, but ${folder.name} holds none`);
  }
  const saved = await folder.readConfig();
  const config = parseConfig(saved.config);
  const contradict = (flag: string, value: Plain, was: Plain) => {
    if (value === undefined || JSON.stringify(value) === JSON.stringify(was)) return;
    throw new UsageError(
      `--resume: the run in ${folder.name} has ${was ?? 'no'} for ${flag}, received ${value}; leave it out`,
    );
  };
  const source = options.root === undefined ? undefined : sourceOf(options, saved).root;
  contradict('--dataset', options.dataset, saved.dataset);
  contradict('--root', source, saved.root);
  contradict('--category', options.category, saved.category);
  contradict('--limit', options.limit, saved.limit);
  contradict('--skip-bad', options.skipBad, saved.skipBad);
  contradict('--preset', options.preset, saved.preset);
  contradict('--seed', given.seed, saved.seed);
  contradict('--backend', given.backend, saved.backend);
  contradict('--vgg19', options.vgg19 && (await vgg19Path(options.vgg19)), saved.vgg19);
  contradict('--checkpoint-every', options.checkpointEvery, saved.checkpointEvery);
  if (changesConfig(options)) {
    const changed = await loadConfig(config, options);
    if (JSON.stringify(changed) !== JSON.stringify(config)) {
      throw new UsageError(
        `--resume: --config, --set and --epochs say otherwise than ${folder.shown(folder.config)}; leave them out`,
      );
    }
  }
  return { ...saved, config };
}
