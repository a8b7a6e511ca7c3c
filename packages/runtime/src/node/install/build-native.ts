import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolders, removeFolder, removeLeftovers, replaceFolder } from '@utad/files/node';
import {
  findPackage,
  layoutIn,
  type NativeLayout,
  probeNative,
  STAGING,
  TENSORFLOW_VERSION,
  TFJS_VERSION,
} from '../packages';
import { compileAddon, installAddonPackage, linkLibraries, nodeHeaders } from './compile';
import { cudaRequirements, extract, linkFlags, nvidiaDeps, type Placement, tensorflowDeps } from './extract';
import {
  expectedWheelBytes,
  type HashedWheel,
  type Manifest,
  pinWheels,
  type Recipe,
  requireSpace,
  verifyWheel,
  writeManifest,
} from './installation';
import { InstallProblem, type Report, type Step } from './problem';
import type { Tools } from './tools';
import { downloadWheel, requiredName } from './wheel';

export interface BuildOptions {
  readonly layout: NativeLayout;
  readonly recipe: Recipe;
  readonly tools: Tools;
  readonly step: Step;
  /** Whether TensorFlow must find a GPU to compute on. */
  readonly needsGpu: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Builds an installation in a staging folder and moves it into its place. The caller holds the lock. */
export async function buildNative(options: BuildOptions): Promise<Manifest> {
  const { layout, recipe, tools, step, signal } = options;
  const { root, packageName } = layout;
  const staging = await step('space', async () => {
    // Whoever removes the last installation removes the folder with it.
    makeFolders(root);
    // The caller holds the lock, so that nobody works in them.
    await removeLeftovers(root, [STAGING]);
    await requireSpace(root, recipe.peakBytes);
    return await mkdtemp(join(root, STAGING));
  });
  try {
    const staged = layoutIn(root, join(staging, 'native'), packageName);
    const deps = join(staged.packageFolder, 'deps');
    await mkdir(staged.folder);
    const headers = await step('headers', () => nodeHeaders({ folder: join(staging, 'headers'), signal }));
    const tensorflow = await fetchWheel(options, staging, recipe.requirement);
    await step('package', () => installAddonPackage(staged.folder, packageName, signal));
    const required = await step(
      'extract',
      async (report) => {
        await unpack(options, tensorflow.path, deps, tensorflowDeps, report);
        await linkLibraries(staged.packageFolder);
        return recipe.cuda ? await cudaRequirements(tensorflow.path) : [];
      },
      { item: tensorflow.item },
    );
    await removeFolder(tensorflow.folder);
    const wheels = [tensorflow.hashed];
    for (const requirement of required) {
      const wheel = await fetchWheel(options, staging, requirement);
      const { item } = wheel;
      await step('extract', (report) => unpack(options, wheel.path, deps, nvidiaDeps, report), { item });
      await removeFolder(wheel.folder);
      wheels.push(wheel.hashed);
    }
    await step('compile', async () => {
      const flags = recipe.cuda ? await linkFlags(deps) : undefined;
      await compileAddon(staged.packageFolder, { tools, headers, linkFlags: flags, signal });
      await rm(join(deps, 'include'), { recursive: true });
    });
    await step('check', () => check(staged, options));
    const manifest = { version: TFJS_VERSION, tensorflow: TENSORFLOW_VERSION, wheels };
    await step('place', async () => {
      await writeManifest(staged.manifest, manifest);
      await pinWheels(root, wheels);
      await replaceFolder(staged.folder, layout.folder, join(staging, 'old'));
    });
    return manifest;
  } finally {
    await removeFolder(staging);
  }
}

interface FetchedWheel {
  readonly item: string;
  readonly path: string;
  /** Holds it alone. */
  readonly folder: string;
  readonly hashed: HashedWheel;
}

async function fetchWheel(
  { layout, recipe, tools, step, signal }: BuildOptions,
  staging: string,
  requirement: string,
): Promise<FetchedWheel> {
  const item = requiredName(requirement);
  const folder = join(staging, 'download', item);
  const totalBytes = expectedWheelBytes(requirement);
  const path = await step(
    'download',
    (report) =>
      downloadWheel({
        python: tools.python,
        requirement,
        folder,
        // A second copy of all that CUDA needs would be several gigabytes.
        keep: !recipe.cuda,
        onBytes: (bytes) => report({ bytes, ...(totalBytes === undefined ? {} : { totalBytes }) }),
        signal,
      }),
    { item },
  );
  const hashed = await step('verify', () => verifyWheel(path, layout.root, signal), { item });
  return { item, path, folder, hashed };
}

async function unpack(
  { layout, recipe, signal }: BuildOptions,
  wheel: string,
  deps: string,
  place: Placement,
  report: Report,
): Promise<void> {
  const onBytes = (bytes: number, totalBytes: number) => report({ bytes, totalBytes });
  const requireRoom = (bytes: number) => requireSpace(layout.root, bytes);
  await extract(wheel, deps, { place, largest: recipe.largestUnpacked, requireRoom, onBytes, signal });
}

async function check(staged: NativeLayout, { needsGpu, signal }: BuildOptions): Promise<void> {
  const found = findPackage(staged.packageName, staged.folder, 'user cache');
  const failed = (reason: string, cause?: unknown) =>
    new InstallProblem('check-failed', reason, undefined, { cause });
  if (!found?.manifest.startsWith(staged.folder)) {
    throw failed(`${staged.packageName} is not where npm was to put it`);
  }
  const { tensorflow, gpu } = await probeNative(found, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw failed(error instanceof Error ? error.message : String(error), error);
  });
  if (tensorflow !== TENSORFLOW_VERSION) {
    throw failed(`expected TensorFlow ${TENSORFLOW_VERSION} of the addon, received ${tensorflow}`);
  }
  if (needsGpu && !gpu) {
    const reason = 'TensorFlow was built and computes, and finds no GPU that it can use';
    const remedy = 'look at `nvidia-smi`; --force keeps it all the same';
    throw new InstallProblem('gpu-unusable', reason, remedy);
  }
}
