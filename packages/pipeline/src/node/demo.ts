import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { entryType, writeFileAtomic } from '@utad/files/node';
import type { BackendName } from '@utad/runtime';
import { SYNTHETIC_VERSION, type SyntheticCategory } from '@utad/synthetic';
import { writeSynthetic } from '@utad/synthetic/node';
import { type TwoStageConfig, twoStagePresets } from '@utad/two-stage';
import * as z from 'zod';
import { usageError } from '../errors';
import type { Watch } from '../events';
import { type AssetOptions, assetRequest, BUNDLED, loaderOf } from './assets';
import { type ConfigOptions, loadConfig } from './config';
import { findDetector } from './detectors';
import { evaluate } from './evaluate';
import { findRun } from './open';
import { RunFolder } from './run-folder';
import { carryOut, type TrainingPlan } from './train';

/** How the demonstration is made. */
export interface DemoOptions extends ConfigOptions, AssetOptions, Watch {
  /** The run folder to make. */
  readonly out: string;
  /** A fraction of the data and the epochs: shows that it runs, not how well. Default false. */
  readonly quick?: boolean;
  /** Default 0. */
  readonly seed?: number;
  /** What computes. Default the best that works. */
  readonly backend?: BackendName;
  /** Make it anew. Default false. */
  readonly force?: boolean;
}

/** A demonstration that is complete. */
export interface DemoResult {
  /** The run. */
  readonly folder: RunFolder;
  /** What of its evaluation is worth showing. */
  readonly metrics: DemoMetrics;
  /** 0 where it was there already. */
  readonly seconds: number;
}

/**
 * From nothing to a report: draws a small data set of washers, trains a detector on the good ones and evaluates it. One that
 * was interrupted goes on.
 *
 * @throws PipelineError `usage` where the folder holds something else; `interrupted` when the signal aborted its training.
 */
export async function demo(options: DemoOptions): Promise<DemoResult> {
  const { out, quick = false, force = false, seed = 0, backend = null, onEvent, signal } = options;
  const note = (message: string) => onEvent?.({ type: 'note', message });
  const { data, config: base } = demoSettings({ quick });
  const { kind } = await findDetector();
  const config = await loadConfig({ kind, base, name: 'demo' }, options);
  const vgg19 = (await loaderOf('vgg19').locate(assetRequest('vgg19', options, options))) ?? BUNDLED;
  const settings: DemoSettings = { data: { ...data, version: SYNTHETIC_VERSION }, config, seed, vgg19 };
  const folder = new RunFolder(out);
  const state = await stateOf(folder, settings);
  if (state === 'complete' && !force) {
    note(`${out} holds this demonstration already; \`force\` makes it anew`);
    return { folder, metrics: await readMetrics(folder), seconds: 0 };
  }
  if (state === 'other' && !force) {
    throw usageError(
      `expected a new folder or this demonstration, but ${out} holds something else; \`force\` replaces a demonstration of other settings`,
      'out',
    );
  }
  const began = performance.now();
  const root = join(folder.path, 'data');
  if (force) await removeDemo(folder, root);
  await writeFileAtomic(settingsPath(folder), JSON.stringify(settings));
  if ((await entryType(root)) === undefined) {
    const { category, size, train, good, defective } = data;
    await writeSynthetic({
      ...{ out: root, categories: [category], train, good, defective, size: [size, size], seed },
      ...(signal && { signal }),
      onProgress: (done, total) => onEvent?.({ type: 'progress', task: 'images drawn', done, total }),
    });
    note(
      `drew ${train} good ${category}s for training; for testing ${good}, and ${defective} of each defect`,
    );
  }
  const plan: TrainingPlan = {
    config: {
      detector: kind.kind,
      module: null,
      dataset: 'mvtec',
      root,
      category: data.category,
      limit: null,
      skipBad: false,
      augment: null,
      roi: null,
      preset: quick ? 'demo, quick' : 'demo',
      config,
      seed,
      backend,
      assets: { vgg19 },
      checkpointEvery: 200,
    },
    kind,
  };
  const trained = await carryOut(folder, plan, { resume: await folder.isRun(), onEvent, signal });
  trained.dispose();
  await evaluate(await findRun(out), {
    ...{ ...options, out: folder.name, cache: false, ...(backend !== null && { backend }) },
  });
  const seconds = (performance.now() - began) / 1000;
  return { folder, metrics: await readMetrics(folder), seconds };
}

/** Removes what a demonstration wrote; anything else in the folder stays, and is a reason not to begin. */
async function removeDemo(folder: RunFolder, root: string): Promise<void> {
  if ((await entryType(folder.path)) === undefined) return;
  if ((await entryType(settingsPath(folder))) === undefined) {
    throw usageError(`expected a demonstration to replace, but ${folder.name} holds none`, 'out');
  }
  await folder.clear();
  await rm(root, { recursive: true, force: true });
}

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

type DemoMetrics = z.infer<typeof schema>;

async function readMetrics({ metrics }: RunFolder): Promise<DemoMetrics> {
  return schema.parse(JSON.parse(await readFile(metrics, 'utf8')));
}

/** What a demonstration was made from: `demo.json` of its folder. Equal settings make equal results. */
interface DemoSettings {
  readonly data: unknown;
  readonly config: unknown;
  readonly seed: number;
  readonly vgg19: string;
}

const settingsPath = ({ path }: RunFolder): string => join(path, 'demo.json');

/** How far the demonstration in a folder has come. */
async function stateOf(
  folder: RunFolder,
  settings: DemoSettings,
): Promise<'absent' | 'other' | 'incomplete' | 'complete'> {
  if ((await entryType(folder.path)) === undefined) return 'absent';
  const path = settingsPath(folder);
  if ((await entryType(path)) === undefined) return 'other';
  const saved = await readFile(path, 'utf8');
  if (saved !== JSON.stringify(settings)) return 'other';
  // Metrics are written last.
  return (await entryType(folder.metrics)) === undefined ? 'incomplete' : 'complete';
}

/** The data of the demonstration. */
interface DemoData {
  readonly category: SyntheticCategory;
  /** Height and width in pixels. */
  readonly size: number;
  /** Good images for training. */
  readonly train: number;
  /** Good images for testing, and images of each type of defect. */
  readonly good: number;
  readonly defective: number;
}

const data: DemoData = { category: 'washer', size: 64, train: 200, good: 40, defective: 8 };

const { small } = twoStagePresets;

const adam = { kind: 'adam', learningRate: 1.5e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * The preset `small`, narrower, for minutes on two cores: some 5.8 TFLOP in all. Pooling down to 2x2 leaves the impression room
 * for the pose and light of a washer and none for a defect (docs/decisions/0005).
 */
const config: TwoStageConfig = {
  ieNet: {
    ...small.ieNet,
    encoder: [
      { filters: 8, factor: 2 },
      { filters: 16, factor: 4 },
      { filters: 48, factor: 4 },
    ],
    decoder: [
      { filters: 48, factor: 4 },
      { filters: 16, factor: 4 },
      { filters: 8, factor: 2 },
    ],
    latent: 32,
    mlp: [128, 128],
    discriminator: [128, 64, 32],
    outputKernel: 3,
  },
  expertNet: { ...small.expertNet, base: 8, mlp: 64, detailFilters: [8, 16], paintsOnInput: true },
  training: {
    ieNet: { ...small.training.ieNet, epochs: 25, batchSize: 4, optimizer: adam },
    expertNet: { ...small.training.expertNet, epochs: 24, batchSize: 4, optimizer: adam },
  },
  score: { reduction: 'mean' },
};

/** How much of it `quick` does. */
const QUICK_SHARE = 1 / 5;

function demoSettings({ quick }: { quick: boolean }): { data: DemoData; config: TwoStageConfig } {
  if (!quick) return { data, config };
  const part = (count: number) => Math.max(2, Math.round(count * QUICK_SHARE));
  const { ieNet, expertNet } = config.training;
  return {
    data: { ...data, train: part(data.train), good: part(data.good), defective: part(data.defective) },
    config: {
      ...config,
      training: {
        ieNet: { ...ieNet, epochs: part(ieNet.epochs) },
        expertNet: { ...expertNet, epochs: part(expertNet.epochs) },
      },
    },
  };
}
