import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SYNTHETIC_VERSION } from '@utad/datasets';
import { writeSynthetic } from '@utad/datasets/node';
import { type ConfigOptions, loadConfig } from '../config/load-config';
import type { Context } from '../context';
import { findDetector } from '../detectors/find-detector';
import { UsageError } from '../errors';
import { evaluateInto } from '../evaluate/evaluate-into';
import { kindOf } from '../exists';
import type { RunConfig } from '../run/run-config';
import { RunFolder } from '../run/run-folder';
import { runTraining } from '../train/run-training';
import { BUNDLED, namedVgg19 } from '../vgg19';
import { writeFile } from '../write-file';
import { demoSettings } from './config';
import { demoResult, demoSummary, readMetrics } from './result';
import { type DemoSettings, settingsPath, stateOf } from './state';

export interface DemoOptions extends ConfigOptions {
  readonly out: string;
  readonly quick?: boolean;
  readonly vgg19?: string;
  readonly force?: boolean;
}

/** `utad demo`: from nothing to a report. */
export async function demo(options: DemoOptions, context: Context): Promise<void> {
  const { output, signal, seed = 0 } = context;
  const { quick = false, force = false } = options;
  const { data, config: base } = demoSettings({ quick });
  const detector = await findDetector(undefined);
  const { about, epochPaths } = detector;
  const config = await loadConfig({ kind: about, base, name: 'demo', epochPaths }, options);
  const settings: DemoSettings = {
    data: { ...data, version: SYNTHETIC_VERSION },
    config,
    seed,
    vgg19: (await namedVgg19(options.vgg19, context)) ?? BUNDLED,
  };
  const folder = new RunFolder(options.out);
  const state = await stateOf(folder, settings);
  if (state === 'complete' && !force) {
    output.note(`${options.out} holds this demonstration already; --force makes it anew`);
    return finish(folder, output, 0);
  }
  if (state === 'other' && !force) {
    throw new UsageError(
      `--out: expected a new folder or this demonstration, but ${options.out} holds something else; --force replaces a demonstration of other settings`,
    );
  }
  const began = performance.now();
  const root = join(folder.path, 'data');
  if (force) await removeDemo(folder, root);
  await writeFile(settingsPath(folder), JSON.stringify(settings));
  if ((await kindOf(root)) === undefined) {
    const { category, size, train, good, defective } = data;
    const onProgress = (done: number, total: number) => output.status(`${done}/${total} images drawn`);
    const counts = { train, good, defective, size: [size, size] as const };
    await writeSynthetic({ out: root, categories: [category], ...counts, seed, signal, onProgress });
    output.note(
      `drew ${train} good ${category}s for training; for testing ${good}, and ${defective} of each defect`,
    );
  }
  const run: RunConfig = {
    format: 1,
    detector: about.kind,
    module: null,
    dataset: 'mvtec',
    root,
    category: data.category,
    limit: null,
    skipBad: false,
    augment: null,
    preset: quick ? 'demo, quick' : 'demo',
    config,
    seed,
    backend: context.backend ?? null,
    vgg19: settings.vgg19,
    checkpointEvery: 200,
  };
  const again = ['utad demo', `--out ${options.out}`, quick && '--quick', seed !== 0 && `--seed ${seed}`];
  const resumeCommand = again.filter(Boolean).join(' ');
  await runTraining(
    folder,
    { config: run, detector },
    { resume: await folder.isRun(), force: false, resumeCommand },
    context,
  );
  await evaluateInto(
    {
      bundle: folder.bundle,
      detector: undefined,
      run,
      source: run,
      limit: null,
      skipBad: false,
      vgg19: options.vgg19,
    },
    { out: folder.name, run: folder },
    context,
  );
  await finish(folder, output, (performance.now() - began) / 1000);
}

async function finish(folder: RunFolder, output: Context['output'], seconds: number): Promise<void> {
  const metrics = await readMetrics(folder);
  output.result(demoResult(folder, metrics, seconds), demoSummary(folder, metrics, seconds, output));
}

/** Removes what a demonstration wrote; anything else in the folder stays, and is a reason not to begin. */
async function removeDemo(folder: RunFolder, root: string): Promise<void> {
  if ((await kindOf(folder.path)) === undefined) return;
  if ((await kindOf(settingsPath(folder))) === undefined) {
    throw new UsageError(`--out: expected a demonstration to replace, but ${folder.name} holds none`);
  }
  await folder.clear();
  await rm(root, { recursive: true, force: true });
}
