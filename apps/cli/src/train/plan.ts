import { type ConfigOptions, changesConfig, loadConfig } from '../config/load-config';
import type { Context } from '../context';
import { type SourceOptions, sourceOf } from '../data/source';
import { checkVgg19Option, findDetector, findDetectorOf, presetOf } from '../detectors/find-detector';
import type { KnownDetector } from '../detectors/known-detector';
import { UsageError } from '../errors';
import type { RunConfig } from '../run/run-config';
import type { RunFolder } from '../run/run-folder';
import { namedVgg19, vgg19Path } from '../vgg19';

/** What `utad train` was asked for. */
export interface TrainOptions extends SourceOptions, ConfigOptions {
  readonly out: string;
  readonly detector?: string;
  readonly preset?: string;
  readonly limit?: number;
  readonly skipBad?: boolean;
  readonly vgg19?: string;
  readonly checkpointEvery?: number;
  readonly resume?: boolean;
  readonly force?: boolean;
}

/** What to train, and with which detector. */
export interface Plan {
  readonly config: RunConfig;
  readonly detector: KnownDetector;
}

type Plain = string | number | boolean | null | undefined;
type Given = Pick<Context, 'seed' | 'backend' | 'output' | 'signal'>;

/** The configuration of a new run. */
export async function planRun(options: TrainOptions, given: Given): Promise<Plan> {
  const { seed = 0, backend } = given;
  const detector = await findDetector(options.detector);
  checkVgg19Option(detector, options.vgg19);
  const preset = presetOf(detector, options.preset);
  const { about, epochPaths, module } = detector;
  const name = `preset ${preset.name} of ${about.kind}`;
  const config: RunConfig = {
    format: 1,
    detector: about.kind,
    module,
    ...sourceOf(options),
    limit: options.limit ?? null,
    skipBad: options.skipBad ?? false,
    preset: preset.name,
    config: await loadConfig({ kind: about, base: preset.config, name, epochPaths }, options),
    seed,
    backend: backend ?? null,
    vgg19: detector.usesVgg19 ? await vgg19Path(options.vgg19, given) : null,
    checkpointEvery: options.checkpointEvery ?? 100,
  };
  return { config, detector };
}

/**
 * The configuration of a run that goes on.
 *
 * @throws UsageError when there is no run, or the command line says otherwise than its configuration.
 */
export async function resumeRun(folder: RunFolder, options: TrainOptions, given: Given): Promise<Plan> {
  if (!(await folder.isRun())) {
    throw new UsageError(`--resume: expected the folder of a run, but ${folder.name} holds none`);
  }
  const saved = await folder.readConfig();
  const detector = await findDetectorOf(saved.detector, options.detector);
  const name = folder.shown(folder.config);
  const base = { kind: detector.about, base: saved.config, name, epochPaths: detector.epochPaths };
  const config = await loadConfig(base);
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
  contradict('--vgg19', options.vgg19 && (await namedVgg19(options.vgg19, given)), saved.vgg19);
  contradict('--checkpoint-every', options.checkpointEvery, saved.checkpointEvery);
  if (changesConfig(options)) {
    const changed = await loadConfig({ ...base, base: config }, options);
    if (JSON.stringify(changed) !== JSON.stringify(config)) {
      throw new UsageError(
        `--resume: --config, --set and --epochs say otherwise than ${name}; leave them out`,
      );
    }
  }
  return { config: { ...saved, config }, detector };
}
