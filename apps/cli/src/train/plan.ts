import { type ConfigOptions, changesConfig, loadConfig } from '../config/load-config';
import { setAt } from '../config/merge';
import { valueAt } from '../config/path';
import type { Context } from '../context';
import { parseAugment } from '../data/augment';
import { RULES } from '../data/datasets';
import { type DataSource, type SourceOptions, sourceOf } from '../data/source';
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
  /** How training images are varied, as {@link parseAugment} reads it. */
  readonly augment?: string;
  /** False with `--no-cache`. */
  readonly cache?: boolean;
  readonly vgg19?: string;
  readonly checkpointEvery?: number;
  readonly resume?: boolean;
  readonly force?: boolean;
}

/** What to train, and with which detector. */
export interface Plan {
  readonly config: RunConfig;
  readonly detector: KnownDetector;
  /** What a reader of results must know of the configuration. */
  readonly notes?: readonly string[];
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
  const source = sourceOf(options);
  const score = scoreFor(source, detector, preset.config);
  const config: RunConfig = {
    format: 1,
    detector: about.kind,
    module,
    ...source,
    limit: options.limit ?? null,
    skipBad: options.skipBad ?? false,
    augment: options.augment === undefined ? null : parseAugment(options.augment),
    preset: preset.name,
    config: await loadConfig({ kind: about, base: score.config, name, epochPaths }, options),
    seed,
    backend: backend ?? null,
    vgg19: detector.usesVgg19 ? await vgg19Path(options.vgg19, given) : null,
    checkpointEvery: options.checkpointEvery ?? 100,
  };
  return { config, detector, notes: score.notes };
}

/** The preset with the score that the data set wants; the command line is laid over it. */
function scoreFor(
  { dataset }: DataSource,
  { reductionPath }: KnownDetector,
  preset: unknown,
): { config: unknown; notes: readonly string[] } {
  const { reduction } = RULES[dataset];
  if (reduction === null || reductionPath === undefined) return { config: preset, notes: [] };
  const path = reductionPath.split('.');
  const before = valueAt(preset, path);
  if (before === reduction) return { config: preset, notes: [] };
  return {
    config: setAt(preset, path, reduction),
    notes: [
      `Scores are the ${reduction} of the map, for ${dataset}, unless --set ${reductionPath} says otherwise; the preset has ${before}.`,
    ],
  };
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
  const { root, category } = sourceOf(
    {
      ...(options.root !== undefined && { root: options.root }),
      ...(options.category !== undefined && { category: options.category }),
    },
    saved,
  );
  contradict('--dataset', options.dataset, saved.dataset);
  contradict('--root', options.root && root, saved.root);
  contradict('--category', options.category && category, saved.category);
  contradict('--limit', options.limit, saved.limit);
  contradict('--skip-bad', options.skipBad, saved.skipBad);
  const augment = options.augment && JSON.stringify(parseAugment(options.augment));
  contradict('--augment', augment, saved.augment && JSON.stringify(saved.augment));
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
