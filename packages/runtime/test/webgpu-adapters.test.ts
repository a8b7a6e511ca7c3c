import { BackendUnavailableError, WebGpuLimitError } from '@utad/runtime';
import { listBackends, useBackend } from '@utad/runtime/node';
import { expect, test } from 'vitest';
import { describeAdapter, detailsOf, findWebGpu, probeWebGpu } from '../src/node/webgpu/adapters';
import { requiredLimits } from '../src/node/webgpu/use-webgpu';
import { temporaryFolder } from './project';

interface Offered {
  readonly name: string;
  readonly info: object;
}

const gpu = {
  name: 'Voodoo 2',
  info: {
    vendor: '3dfx',
    architecture: 'sst',
    device: '',
    description: '3dfx: 1.0',
    isFallbackAdapter: false,
  },
};
// Says of itself that it is none, as a driver may.
const lavapipe = {
  name: 'llvmpipe (LLVM 15)',
  info: {
    vendor: 'mesa',
    architecture: '',
    device: '',
    description: 'llvmpipe: Mesa',
    isFallbackAdapter: false,
  },
};

/** A project whose `webgpu` package offers adapters as Dawn does: named in an error, the first one its own choice. */
function projectOffering(
  offered: readonly Offered[],
  {
    webgpu = '0.6.2',
    backend = '4.22.0',
    before = '',
  }: { webgpu?: string; backend?: string; before?: string } = {},
): string {
  const modules = 'node_modules';
  return temporaryFolder({
    [`${modules}/webgpu/package.json`]: JSON.stringify({
      name: 'webgpu',
      version: webgpu,
      type: 'module',
      main: 'index.js',
    }),
    [`${modules}/webgpu/index.js`]: `
      const offered = ${JSON.stringify(offered)};
      ${before}
      export const globals = {};
      export const create = ([option] = []) => ({
        async requestAdapter() {
          const name = option?.slice('adapter='.length);
          const found = offered.find((one) => name === undefined || one.name === name);
          if (name !== undefined && !found && offered.length > 0) {
            const list = offered.map((one) => \` * backend: 'vulkan', name: '\${one.name}'\`);
            throw new Error(['no suitable backends found', 'Available adapters:', ...list].join('\\n'));
          }
          return found ? { info: found.info } : null;
        },
      });`,
    [`${modules}/@tensorflow/tfjs-backend-webgpu/package.json`]: JSON.stringify({
      name: '@tensorflow/tfjs-backend-webgpu',
      version: backend,
      main: 'index.js',
    }),
    [`${modules}/@tensorflow/tfjs-backend-webgpu/index.js`]: '',
  });
}

function packagesOf(projectFolder: string) {
  const packages = findWebGpu({ projectFolder });
  if (!packages) throw new Error('expected both packages');
  return packages;
}

const refusal = async (projectFolder: string): Promise<string> =>
  await useBackend({ backend: 'webgpu', projectFolder }).then(
    ({ reason }) => `used: ${reason}`,
    (error: unknown) => (error instanceof BackendUnavailableError ? error.reason : `another error: ${error}`),
  );

test('a GPU comes before software, whichever Dawn would take', async () => {
  const packages = packagesOf(projectOffering([lavapipe, gpu]));
  const { adapters } = await probeWebGpu(packages, {});
  expect(adapters.map(({ name, software }) => ({ name, software }))).toEqual([
    { name: 'Voodoo 2', software: false },
    { name: 'llvmpipe (LLVM 15)', software: true },
  ]);
  // Dawn is then asked for it by its name; its own choice needs none.
  expect(adapters.map(({ request }) => request.dawn)).toEqual([['adapter=Voodoo 2'], []]);
});

test('an adapter is found by a part of its name in any case, and others are not offered', async () => {
  const packages = packagesOf(projectOffering([gpu, lavapipe]));
  const { adapters } = await probeWebGpu(packages, { adapter: 'LLVMPIPE' });
  expect(adapters.map(({ name }) => name)).toEqual(['llvmpipe (LLVM 15)']);
  expect(await probeWebGpu(packages, { adapter: 'Riva' })).toEqual({
    adapters: [],
    missing: 'expected an adapter named "Riva", found Voodoo 2, llvmpipe (LLVM 15)',
  });
});

test('what Dawn says about a library that it lacks is the reason why there is no adapter', async () => {
  const warning = "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file";
  const projectFolder = projectOffering([], { before: `console.error(${JSON.stringify(warning)});` });
  expect(await refusal(projectFolder)).toBe(
    "webgpu: no adapter was found (Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file)",
  );
});

test('a driver that crashes ends only the process that tried it', async () => {
  const projectFolder = projectOffering([gpu], { before: 'process.abort();' });
  expect(await refusal(projectFolder)).toBe('webgpu (this project): its process ended by SIGABRT');
});

test('an adapter that cannot compute is not used', async () => {
  // It has an info and no device.
  const reason = await refusal(projectOffering([gpu]));
  expect(reason).toMatch(/^webgpu \(this project\): TypeError: adapter.requestDevice is not a function$/);
});

test('packages that do not fit are named with the versions that would', async () => {
  expect(await refusal(projectOffering([gpu], { webgpu: '0.5.0' }))).toBe(
    'webgpu: webgpu is 0.5.0, but at least 0.6.0 is needed',
  );
  expect(await refusal(projectOffering([gpu], { backend: '4.10.0' }))).toBe(
    'webgpu: @tensorflow/tfjs-backend-webgpu is 4.10.0, but @tensorflow/tfjs is 4.22.0',
  );
});

test('webgpu is listed with the reason why it cannot be used', async () => {
  const statuses = await listBackends({ projectFolder: projectOffering([gpu], { webgpu: '0.5.0' }) });
  expect(statuses.find(({ name }) => name === 'webgpu')).toEqual({
    name: 'webgpu',
    available: false,
    reason: 'webgpu is 0.5.0, but at least 0.6.0 is needed',
  });
});

test('an adapter is described by maker, architecture and driver, and software is called so', () => {
  expect(describeAdapter(detailsOf(gpu.info))).toBe('GPU, 3dfx sst (3dfx: 1.0)');
  expect(describeAdapter(detailsOf(lavapipe.info))).toBe('software on the CPU, mesa (llvmpipe: Mesa)');
  expect(detailsOf({ ...gpu.info, isFallbackAdapter: true }).software).toBe(true);
  expect(detailsOf({ description: 'Microsoft Basic Render Driver' }).software).toBe(true);
  expect(describeAdapter(detailsOf(undefined))).toBe('GPU');
});

test('a device is asked for all that its adapter has, and an adapter with too little is refused by the limit', () => {
  const plenty = {
    maxBufferSize: 2 ** 31,
    maxStorageBufferBindingSize: 2 ** 30,
    maxComputeWorkgroupStorageSize: 2 ** 15,
    maxComputeInvocationsPerWorkgroup: 1024,
    maxComputeWorkgroupSizeX: 1024,
    maxComputeWorkgroupsPerDimension: 65_535,
  };
  expect(requiredLimits({ ...plenty, maxBindGroups: 4 })).toEqual(plenty);
  // What WebGPU's compatibility mode guarantees.
  const little = { ...plenty, maxComputeInvocationsPerWorkgroup: 128 };
  expect(() => requiredLimits(little)).toThrow(WebGpuLimitError);
  expect(() => requiredLimits(little)).toThrow(
    "webgpu: expected maxComputeInvocationsPerWorkgroup of at least 256 for TensorFlow.js's programs, this device has 128",
  );
});
