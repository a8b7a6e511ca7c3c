import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Splits } from '@utad/datasets/node';
import { UsageError } from '../errors';
import { kindOf } from '../exists';
import { toJson, writeFile } from '../write-file';
import { dropTornLine, removeLeftovers } from './leftovers';
import { parseRunConfig, type RunConfig } from './run-config';

/** Where the parts of a run lie. */
export class RunFolder {
  readonly path: string;
  readonly bundle: string;
  readonly checkpoint: string;
  readonly config: string;
  readonly events: string;
  readonly history: string;
  readonly metrics: string;
  readonly maps: string;
  readonly overlays: string;
  readonly report: string;
  readonly scores: string;
  readonly scoresTable: string;
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

  async isRun(): Promise<boolean> {
    return (await kindOf(this.config)) === 'file';
  }

  async readConfig(): Promise<RunConfig> {
    return parseRunConfig(await readFile(this.config, 'utf8'), this.shown(this.config));
  }

  /** How its images were divided, where they came without splits. */
  async readSplits(): Promise<Splits | undefined> {
    if ((await kindOf(this.splits)) === undefined) return undefined;
    const { readSplits } = await import('@utad/datasets/node');
    return readSplits(this.splits);
  }

  /** Makes the folder with its configuration in it, both or neither. */
  async create(config: RunConfig): Promise<void> {
    if ((await kindOf(this.path)) === 'folder') return writeFile(this.config, toJson(config));
    await mkdir(dirname(this.path), { recursive: true });
    await removeLeftovers(dirname(this.path), [basename(this.path)], /^\.new-[0-9a-f]{8}$/);
    const staging = `${this.path}.new-${randomBytes(4).toString('hex')}`;
    try {
      await writeFile(join(staging, basename(this.config)), toJson(config));
      await rename(staging, this.path);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
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

  /** @throws UsageError where a run can't begin: something is there, and it is not a run to be replaced. */
  async expectFree({ force }: { force: boolean }): Promise<void> {
    const kind = await kindOf(this.path);
    if (kind === undefined) return;
    if (kind === 'file') throw new UsageError(`--out: expected a folder, received the file ${this.name}`);
    const run = await this.isRun();
    if (!force) {
      const hint = run
        ? '--resume continues its run, --force replaces it'
        : '--force writes into it if it is empty';
      throw new UsageError(`--out: expected a new folder, but ${this.name} exists; ${hint}`);
    }
    if (!run && (await readdir(this.path)).length > 0) {
      throw new UsageError(
        `--out: expected a run to replace or an empty folder, but ${this.name} holds other things`,
      );
    }
  }

  appendEvent(event: unknown): void {
    appendFileSync(this.events, `${JSON.stringify(event)}\n`);
  }
}
