import { describe } from 'vitest';

const { VK_ICD_FILENAMES, VK_DRIVER_FILES } = process.env;

const cannot =
  VK_ICD_FILENAMES || VK_DRIVER_FILES
    ? undefined
    : 'VK_ICD_FILENAMES names no Vulkan driver, and there is no Chromium that brings one';

/** A group of tests that need WebGPU in Node; skipped, with the reason in its name, where it cannot run. */
export function describeWebGpu(name: string, tests: () => void): void {
  describe.skipIf(cannot !== undefined)(cannot ? `${name}: skipped, ${cannot}` : name, tests);
}

/** Whether the driver of these tests is Chromium's software renderer. */
export const onSoftware = VK_ICD_FILENAMES?.includes('swiftshader') === true;
