import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { findNative, installNative, listBackends, nativeSpace, removeNative } from '@utad/runtime/node';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './project';
import { addonPackages } from './stand-ins/addon-packages';
import { cannotInstall, onlyFrom } from './stand-ins/environment';
import { sharedFolder } from './stand-ins/folder';
import { nvidiaWheels, tensorflowWheel } from './stand-ins/libraries';
import { npmRegistry } from './stand-ins/npm-registry';
import { packageIndex } from './stand-ins/package-index';

// No GPU, and none of NVIDIA's libraries: stand-ins with their names, needing one another as those do, and a
// TensorFlow that opens them by name as the real one does.

const cannot = cannotInstall(nativeSpace({ gpu: true }).peakBytes);
const libraries = sharedFolder();
const SMI = { 'nvidia-smi': 'echo "NVIDIA Stand-In, 550.54.15"' };
const NO_SMI = { 'nvidia-smi': 'echo "NVIDIA-SMI has failed" >&2; exit 9' };
const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe.skipIf(cannot)(
  `installing for a GPU${cannot ? `: skipped, ${cannot}` : ''}`,
  { timeout: 300_000 },
  () => {
    const set = () => [tensorflowWheel(libraries, 'tensorflow'), ...nvidiaWheels(libraries)];

    test("TensorFlow finds every library of NVIDIA's by its name, and nothing stays after removal", async () => {
      const wheels = set();
      const index = await packageIndex(wheels);
      const registry = await npmRegistry(addonPackages('tfjs-node-gpu'));
      await onlyFrom({ index: index.url, registry, programs: SMI });
      const cacheFolder = temporaryFolder();
      const here = { cacheFolder, projectFolder: temporaryFolder() };

      const install = await installNative({ gpu: true, cacheFolder });
      expect(install).toMatchObject({ version: '4.22.0', tensorflow: '2.21.0', reused: false });
      // TensorFlow's own wheel names the others: each is fetched once, and told with its hash.
      expect([...index.served].sort()).toEqual(wheels.map(({ file }) => file).sort());
      expect(install.wheels.map(({ file }) => file)).toEqual(index.served);
      expect(install.wheel).toBe(wheels[0]?.file);

      const packageFolder = join(install.folder, 'node_modules/@tensorflow/tfjs-node-gpu');
      expect(existsSync(join(packageFolder, 'deps/nvidia/cuda_nvcc/bin/ptxas'))).toBe(true);
      const addon: { missingCuda(): string } = createRequire(import.meta.url)(
        join(packageFolder, 'lib/napi-v8/tfjs_binding.node'),
      );
      // Moved to its place, with no path of libraries in the environment.
      expect(process.env.LD_LIBRARY_PATH).toBeUndefined();
      expect(addon.missingCuda()).toBe('');

      expect(findNative(here)).toBeUndefined();
      expect(findNative({ ...here, gpu: true })).toBe('user cache');
      expect((await listBackends(here))[0]).toEqual({
        name: 'tfjs-node-gpu',
        available: true,
        version: '2.21.0',
        reason: 'TensorFlow 2.21.0 (user cache)',
      });

      // The other kind of installation is not this one's to remove.
      expect(await removeNative({ cacheFolder })).toEqual({ removed: [], bytes: 0 });
      expect((await removeNative({ gpu: true, cacheFolder })).removed).toEqual([install.folder]);
      expect(readdirSync(cacheFolder)).toEqual([]);
    });

    test('without a GPU it says so before anything is downloaded, unless it is forced', async () => {
      const index = await packageIndex(set());
      const registry = await npmRegistry(addonPackages('tfjs-node-gpu'));
      await onlyFrom({ index: index.url, registry, programs: NO_SMI });
      const cacheFolder = temporaryFolder();
      expect(await failure(installNative({ gpu: true, cacheFolder }))).toMatchObject({
        phase: 'tools',
        code: 'gpu-missing',
        remedy: expect.stringContaining('--force'),
      });
      expect(index.served).toEqual([]);
      expect(readdirSync(cacheFolder)).toEqual([]);
      expect(await installNative({ gpu: true, cacheFolder, force: true })).toMatchObject({ reused: false });
    });

    test('a driver that is too old for CUDA 12 is named with both versions', async () => {
      await onlyFrom({ programs: { 'nvidia-smi': 'echo "NVIDIA Stand-In, 470.82.01"' } });
      expect(await failure(installNative({ gpu: true, cacheFolder: temporaryFolder() }))).toMatchObject({
        code: 'gpu-driver-too-old',
        reason: "CUDA 12 needs NVIDIA's driver 525 or later, that of NVIDIA Stand-In is 470.82.01",
      });
    });

    test('a library that none of the wheels holds is named, and nothing is left', async () => {
      const wheels = set();
      const empty = nvidiaWheels(libraries).find(({ file }) => file.startsWith('nvidia_cuda_nvcc'));
      const cudnn = wheels.findIndex(({ file }) => file.startsWith('nvidia_cudnn'));
      const file = wheels[cudnn]?.file ?? '';
      // A wheel of its name with other content.
      const swapped = wheels.map((wheel, i) => (i === cudnn && empty ? { file, bytes: empty.bytes } : wheel));
      const registry = await npmRegistry(addonPackages('tfjs-node-gpu'));
      await onlyFrom({ index: (await packageIndex(swapped)).url, registry, programs: SMI });
      const cacheFolder = temporaryFolder();
      const error = await failure(installNative({ gpu: true, cacheFolder }));
      expect(String(error)).toMatch(/libcudnn|nvidia-cudnn-cu12/);
      expect(readdirSync(join(cacheFolder, 'native'))).toEqual([]);
    });

    test('one of the wheels that the index does not have ends the installation', async () => {
      const wheels = set().filter(({ file }) => !file.startsWith('nvidia_nccl'));
      const registry = await npmRegistry(addonPackages('tfjs-node-gpu'));
      await onlyFrom({ index: (await packageIndex(wheels)).url, registry, programs: SMI });
      const cacheFolder = temporaryFolder();
      expect(await failure(installNative({ gpu: true, cacheFolder }))).toMatchObject({
        phase: 'download',
        code: 'wheel-missing',
        reason: 'No matching distribution found for nvidia-nccl-cu12<99.0,>=1.2.3',
      });
      expect(readdirSync(join(cacheFolder, 'native'))).toEqual([]);
    });
  },
);
