import * as tf from '@tensorflow/tfjs';
import { type FinderOptions, installedCopies } from '../candidates';
import type { FoundPackage } from '../native-package';

/** Dawn, Chromium's WebGPU, as an addon of Node. */
const DAWN_PACKAGE = 'webgpu';
const WEBGPU_PACKAGE = '@tensorflow/tfjs-backend-webgpu';

export const WEBGPU_MISSING = `${DAWN_PACKAGE} and ${WEBGPU_PACKAGE} are not installed`;

/** The oldest that was tried here. */
const OLDEST_DAWN = '0.6.0';

/** The two packages that WebGPU in Node is made of. */
export interface WebGpuPackages {
  readonly dawn: FoundPackage;
  readonly backend: FoundPackage;
}

/**
 * Finds both packages, those of the caller's project first. Undefined where neither is there.
 * @throws Error where one is there without the other, or is of a version that does not fit.
 */
export function findWebGpu(options: FinderOptions): WebGpuPackages | undefined {
  const [dawn] = installedCopies(DAWN_PACKAGE, options);
  const [backend] = installedCopies(WEBGPU_PACKAGE, options);
  if (!dawn && !backend) return undefined;
  if (!dawn || !backend) {
    const [missing, there] = dawn ? [WEBGPU_PACKAGE, DAWN_PACKAGE] : [DAWN_PACKAGE, WEBGPU_PACKAGE];
    throw new Error(`${missing} is not installed, which ${there} needs`);
  }
  if (backend.version !== tf.version.tfjs) {
    throw new Error(`${backend.name} is ${backend.version}, but @tensorflow/tfjs is ${tf.version.tfjs}`);
  }
  if (isOlder(dawn.version, OLDEST_DAWN)) {
    throw new Error(`${dawn.name} is ${dawn.version}, but at least ${OLDEST_DAWN} is needed`);
  }
  return { dawn, backend };
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}
