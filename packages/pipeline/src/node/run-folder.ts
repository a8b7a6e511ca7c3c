import { appendFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Losses } from '@utad/core';
import { readSplits, type Splits } from '@utad/datasets/node';
import type { FitSummary } from '@utad/detector';
import { dropTornLine, entryType, removeLeftovers, writeFileAtomic, writeFolder } from '@utad/files/node';
import type { BackendName } from '@utad/runtime';
import * as z from 'zod';
import { usageError } from '../errors';
import { toJson } from '../text';
import { augmentConfig, DATASETS } from './data';

const BACKENDS = [
  'tfjs-node-gpu',
  'webgpu',
  'tfjs-node',
  'wasm',
  'cpu',
] as const satisfies readonly BackendName[];

/** What `config.json` says in every version. */
const common = z.strictObject({
  /** Kind of the detector. */
  detector: z.string(),
  /** URL of the module that brought the detector, for people: it is never imported for being written here. */
  module: z.string().nullable().default(null),
  dataset: z.enum(DATASETS),
  /** Absolute; null for data that are drawn, not read. */
  root: z.string().nullable(),
  category: z.string().nullable(),
  /** Of a folder, the folder of good images, where it was named. */
  good: z.string().exactOptional(),
  /** How many training images to use at most. */
  limit: z.number().int().nullable(),
  skipBad: z.boolean(),
  /** What is white in images of more than 8 bits, where it was said or found. */
  whiteLevel: z.number().int().min(255).max(65_535).exactOptional(),
  /** Null for training images as they are. */
  augment: augmentConfig.nullable().default(null),
  /** Absolute path of the picture of a region of interest; null where the whole image counts. */
  roi: z.string().nullable().default(null),
  preset: z.string(),
  config: z.unknown(),
  seed: z.number().int(),
  /** As asked for; null for the best that works. */
  backend: z.enum(BACKENDS).nullable(),
  checkpointEvery: z.number().int(),
});

/** Where an asset came from: an absolute path, or a word that its loader knows, such as `bundled`; by its name. */
const assets = z.record(z.string(), z.string());

const version1 = z.strictObject({ ...common.shape, format: z.literal(1), vgg19: z.string().nullable() });
const version2 = z.strictObject({
  ...common.shape,
  format: z.literal(2),
  assets,
  /** For readers of format 1: what `assets` says of it, or null. */
  vgg19: z.string().nullable(),
});

const runConfig = z.discriminatedUnion('format', [version1, version2]);

/** Everything that a run was started with: `config.json` of its folder. */
export interface RunConfig extends z.infer<typeof common> {
  /** Where assets came from, by name: an absolute path, or a word that their loader knows, such as `bundled`. */
  readonly assets: z.infer<typeof assets>;
}

/** @throws PipelineError `usage` that names the file and what is wrong in it. */
export function parseRunConfig(text: string, path: string): RunConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw usageError(`${path}: expected the configuration of a run, received something that is not JSON`);
  }
  const result = runConfig.safeParse(value);
  if (result.success) {
    const { format: _, vgg19, ...config } = result.data;
    return { assets: vgg19 === null ? {} : { vgg19 }, ...config };
  }
  const [issue] = result.error.issues;
  throw usageError(
    `${path}: expected the configuration of a run: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

function encodeRunConfig({ assets, ...config }: RunConfig): string {
  return toJson({ format: 2, ...config, assets, vgg19: assets.vgg19 ?? null });
}

/** Where the parts of a run lie. */
export class RunFolder {
  /** Absolute. */
  readonly path: string;
  /** Folder of the trained detector. */
  readonly bundle: string;
  /** Folder of what an interrupted training needs to go on. */
  readonly checkpoint: string;
  /** `config.json`: what it was started with. */
  readonly config: string;
  /** `events.jsonl`: what happened in training, an event a line. */
  readonly events: string;
  /** `history.json`: the losses of every epoch. */
  readonly history: string;
  /** `metrics.json`: what the last evaluation measured. */
  readonly metrics: string;
  /** Folder for maps. */
  readonly maps: string;
  /** Folder for overlays. */
  readonly overlays: string;
  /** `report.html` of the last evaluation. */
  readonly report: string;
  /** `scores.json`: the scores of every test image. */
  readonly scores: string;
  /** `scores.csv`: the same as a table. */
  readonly scoresTable: string;
  /** `splits.json`: how images without splits were divided. */
  readonly splits: string;

  constructor(
    /** As the user wrote it, for messages. */
    readonly name: string,
  ) {
    this.path = resolve(name);
    this.bundle = join(this.path, 'bundle');
    this.checkpoint = join(this.path, 'checkpoint');
    this.config = join(this.path, 'config.json');
    this.events = join(this.path, 'events.jsonl');
    this.history = join(this.path, 'history.json');
    this.metrics = join(this.path, 'metrics.json');
    this.maps = join(this.path, 'maps');
    this.overlays = join(this.path, 'overlays');
    this.report = join(this.path, 'report.html');
    this.scores = join(this.path, 'scores.json');
    this.scoresTable = join(this.path, 'scores.csv');
    this.splits = join(this.path, 'splits.json');
  }

  /** A part as the user would write its path. */
  shown(part: string): string {
    return join(this.name, part.slice(this.path.length + 1));
  }

  /** Whether a run was begun here. */
  async isRun(): Promise<boolean> {
    return (await entryType(this.config)) === 'file';
  }

  /** What it was started with; a PipelineError `usage` names what is wrong with it. */
  async readConfig(): Promise<RunConfig> {
    return parseRunConfig(await readFile(this.config, 'utf8'), this.shown(this.config));
  }

  /** How its images were divided, where they came without splits. */
  async readSplits(): Promise<Splits | undefined> {
    if ((await entryType(this.splits)) === undefined) return undefined;
    return readSplits(this.splits);
  }

  /** Makes the folder with its configuration in it, both or neither. */
  async create(config: RunConfig): Promise<void> {
    if ((await entryType(this.path)) === 'folder')
      return writeFileAtomic(this.config, encodeRunConfig(config));
    await removeLeftovers(dirname(this.path), [basename(this.path)], /^\.new-[0-9a-f]{8}$/);
    await writeFolder(this.path, (staging) =>
      writeFileAtomic(join(staging, basename(this.config)), encodeRunConfig(config)),
    );
  }

  /** Files of an evaluation. */
  private get results(): string[] {
    return [this.metrics, this.report, this.scores, this.scoresTable];
  }

  /** Removes halves of files, and of the last event, that a killed process or a full disk left. */
  async sweep(): Promise<void> {
    const files = [this.config, this.history, ...this.results, this.splits];
    const names = files.map((path) => basename(path));
    await removeLeftovers(this.path, names, /^\.[0-9a-f]{8}\.tmp$/);
    await dropTornLine(this.events);
  }

  /** Removes what a run wrote, and nothing that was put beside it. */
  async clear(): Promise<void> {
    await this.sweep();
    // The configuration first: without it, what a crash leaves behind is no run.
    const files = [this.config, this.events, this.history, ...this.results, this.splits];
    for (const part of files) {
      await rm(part, { force: true });
    }
    for (const part of [this.bundle, this.checkpoint, this.maps, this.overlays]) {
      await rm(part, { recursive: true, force: true });
    }
  }

  /** @throws PipelineError `usage` where a run can't begin: something is there, and it is not a run to be replaced. */
  async expectFree({ force }: { force: boolean }): Promise<void> {
    const kind = await entryType(this.path);
    if (kind === undefined) return;
    if (kind === 'file') throw usageError(`expected a folder, received the file ${this.name}`, 'out');
    const run = await this.isRun();
    if (!force) {
      const hint = run
        ? '`resume` continues its run, `force` replaces it'
        : '`force` writes into it if it is empty';
      throw usageError(`expected a new folder, but ${this.name} exists; ${hint}`, 'out');
    }
    if (!run && (await readdir(this.path)).length > 0) {
      throw usageError(
        `expected a run to replace or an empty folder, but ${this.name} holds other things`,
        'out',
      );
    }
  }

  /** Adds a line to `events.jsonl`. */
  appendEvent(event: unknown): void {
    appendFileSync(this.events, `${JSON.stringify(event)}\n`);
  }
}

/** A bundle, and the run that made it where it lies in one. */
export interface FoundBundle {
  readonly path: string;
  readonly run: RunFolder | undefined;
}

/**
 * Finds the bundle that a path means: a bundle itself, or that of a run.
 *
 * @throws PipelineError `usage` where there is none.
 */
export async function findBundle(path: string): Promise<FoundBundle> {
  if ((await entryType(path)) === undefined) {
    throw usageError(`expected the folder of a run or a bundle, but ${path} does not exist`);
  }
  const run = new RunFolder(path);
  if (await run.isRun()) {
    if (
      (await entryType(run.bundle)) === undefined &&
      (await entryType(`${run.bundle}.previous`)) === undefined
    ) {
      throw usageError(
        `${path} has no bundle yet: its training is not complete; continue it with: utad train --resume --out ${path}`,
      );
    }
    return { path: run.bundle, run };
  }
  if ((await entryType(join(path, 'utad.json'))) === undefined) {
    throw usageError(
      `expected the folder of a run or a bundle, but ${path} has neither config.json nor utad.json`,
    );
  }
  const parent = new RunFolder(dirname(path));
  return { path, run: basename(path) === 'bundle' && (await parent.isRun()) ? parent : undefined };
}

const losses = z.record(z.string(), z.number());

const history = z.object({
  stages: z.array(
    z.object({
      stage: z.string(),
      epochs: z.array(z.object({ losses, validation: losses.exactOptional(), seconds: z.number() })),
      kept: z.number().exactOptional(),
    }),
  ),
});

/** The course of a training run; undefined where none was written. */
export async function readHistory(path: string): Promise<FitSummary | undefined> {
  if ((await entryType(path)) === undefined) return undefined;
  return history.parse(JSON.parse(await readFile(path, 'utf8')));
}

type Epoch = FitSummary['stages'][number]['epochs'][number];

/** The course of one stage in three points, for people and JSON. */
export interface StageSummary {
  /** How many there were. */
  readonly epochs: number;
  /** Of all epochs. */
  readonly seconds: number;
  /** Mean losses of the first epoch, the middle one and the last; null for a stage of no epochs. */
  readonly start: Losses | null;
  /** Likewise. */
  readonly middle: Losses | null;
  /** Likewise. */
  readonly end: Losses | null;
  /** On the held-out images after the last epoch. */
  readonly heldOut: Losses | null;
  /** The epoch, counted from 1, whose weights the stage ended with. */
  readonly kept: number;
}

/** The stages of a training by name. */
export function summariseStages({ stages }: FitSummary): Record<string, StageSummary> {
  return Object.fromEntries(stages.map(({ stage, epochs, kept }) => [stage, summarise(epochs, kept)]));
}

function summarise(epochs: readonly Epoch[], kept = epochs.length): StageSummary {
  const last = epochs.at(-1);
  return {
    epochs: epochs.length,
    seconds: epochs.reduce((sum, { seconds }) => sum + seconds, 0),
    start: epochs[0]?.losses ?? null,
    middle: epochs[Math.floor((epochs.length - 1) / 2)]?.losses ?? null,
    end: last?.losses ?? null,
    heldOut: last?.validation ?? null,
    kept,
  };
}

/** A run that a bundle lies in. */
export interface KnownRun {
  /** Where its parts lie. */
  readonly folder: RunFolder;
  /** What it was started with. */
  readonly config: RunConfig;
}
