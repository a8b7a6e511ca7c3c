import * as tf from '@tensorflow/tfjs';
import { type Correction, gradientCorrections, kernelCorrections } from './correction';
import { bilinearGradient, mirrorPadGradient, nearestGradient, tileGradient } from './gradients';
import { wasmGradients, wasmKernels } from './wasm';
import { webGpuKernels } from './webgpu';

const NEAREST = 'ResizeNearestNeighborGrad';
const BILINEAR = 'ResizeBilinearGrad';
const HALF_PIXELS = 'half-pixel centres have wrong gradients';
const HALF_OR_ONE = 'half-pixel centres, and images of one pixel with aligned corners, have wrong gradients';

/**
 * Every defect of TensorFlow.js 4.22 that this package puts right, by backend. None is in force until
 * {@link correctBackend} or `useBackend` puts it there.
 */
export const CORRECTIONS: readonly Correction[] = [
  ...gradientCorrections('all', {
    MirrorPad: ['wrong', 'what was mirrored into the border is left out of the gradient', mirrorPadGradient],
    Tile: ['missing', 'tensors of rank 5 and more have no gradient', tileGradient],
  }),
  ...kernelCorrections('cpu', {
    [NEAREST]: [
      'wrong',
      'batches of several images and half-pixel centres have wrong gradients',
      nearestGradient('never'),
    ],
    [BILINEAR]: [
      'wrong',
      'half-pixel centres have wrong gradients, and batches of images that are not square throw',
      bilinearGradient('never'),
    ],
  }),
  ...kernelCorrections('tensorflow', {
    [NEAREST]: ['wrong', HALF_PIXELS, nearestGradient('whole pixels')],
    [BILINEAR]: ['wrong', HALF_PIXELS, bilinearGradient('whole pixels')],
  }),
  ...kernelCorrections('wasm', {
    [NEAREST]: ['wrong', HALF_OR_ONE, nearestGradient('plain')],
    [BILINEAR]: ['wrong', HALF_PIXELS, bilinearGradient('whole pixels')],
    ...wasmKernels,
  }),
  ...gradientCorrections('wasm', wasmGradients),
  ...kernelCorrections('webgpu', {
    ...webGpuKernels,
    [NEAREST]: ['wrong', HALF_OR_ONE, nearestGradient('plain')],
    [BILINEAR]: ['wrong', HALF_PIXELS, bilinearGradient('whole pixels')],
  }),
];

/** Those that concern a backend, the ones for all backends among them. */
function concerning(backend: string): Correction[] {
  return CORRECTIONS.filter((correction) => correction.backend === backend || correction.backend === 'all');
}

/**
 * Puts right what TensorFlow.js 4.22 has wrong, slow or missing on a backend (see {@link CORRECTIONS}); on wasm,
 * nothing with convolutions can be trained without. Calling it again does nothing. `useBackend` of
 * `@utad/runtime/node` calls it by itself.
 *
 * @param backend TensorFlow.js's name of it; default the current one. Its package must have been loaded.
 * @returns what takes back the corrections that this call put in force. Those of gradients are shared by all backends.
 * @throws Error when no backend of that name is registered: its kernels would replace the corrected ones.
 *
 * @example
 * import '@tensorflow/tfjs-backend-wasm';
 * await tf.setBackend('wasm');
 * correctBackend();
 */
export function correctBackend(backend: string = tf.getBackend()): () => void {
  const factory: unknown = tf.findBackendFactory(backend);
  if (typeof factory !== 'function') {
    throw new Error(`correctBackend: expected a registered backend, received "${backend}"`);
  }
  const applied = concerning(backend).filter((correction) => !correction.isApplied());
  for (const correction of applied) correction.apply();
  return () => {
    for (const correction of applied) correction.undo();
  };
}

/**
 * Takes back every correction that is in force for a backend, whoever put it there; those of gradients, which all
 * backends share, with it.
 */
export function uncorrectBackend(backend: string = tf.getBackend()): void {
  for (const correction of concerning(backend)) correction.undo();
}
