import { wasmCorrections } from '../wasm/corrections';
import { webGpuCorrections } from '../webgpu/corrections';
import type { Correction } from './correction';
import { gradientCorrection } from './gradient-correction';
import { kernelCorrection } from './kernel-correction';
import { mirrorPadGradient } from './mirror-pad-gradient';
import { bilinearSources, nearestSources, type ResizeOptions, resizeGradientKernel } from './resize-gradient';
import { tileGradient } from './tile-gradient';

const NEAREST = 'ResizeNearestNeighborGrad';
const BILINEAR = 'ResizeBilinearGrad';

const never = () => false;
const wholePixels = ({ halfPixelCenters }: ResizeOptions) => !halfPixelCenters;
const plain = ({ alignCorners, halfPixelCenters }: ResizeOptions) => !alignCorners && !halfPixelCenters;

/**
 * Every defect of TensorFlow.js 4.22 that this package puts right, by backend. None is in force until
 * {@link correctBackend} or `useBackend` puts it there.
 */
export const CORRECTIONS: readonly Correction[] = [
  gradientCorrection({
    backend: 'all',
    op: 'MirrorPad',
    defect: 'wrong',
    reason: 'what was mirrored into the border is left out of the gradient',
    gradient: mirrorPadGradient,
  }),
  gradientCorrection({
    backend: 'all',
    op: 'Tile',
    defect: 'missing',
    reason: 'tensors of rank 5 and more have no gradient',
    gradient: tileGradient,
  }),
  kernelCorrection({
    backend: 'cpu',
    op: NEAREST,
    defect: 'wrong',
    reason: 'batches of several images and half-pixel centres have wrong gradients',
    kernel: resizeGradientKernel(NEAREST, nearestSources, never),
  }),
  kernelCorrection({
    backend: 'cpu',
    op: BILINEAR,
    defect: 'wrong',
    reason: 'half-pixel centres have wrong gradients, and batches of images that are not square throw',
    kernel: resizeGradientKernel(BILINEAR, bilinearSources, never),
  }),
  kernelCorrection({
    backend: 'tensorflow',
    op: NEAREST,
    defect: 'wrong',
    reason: 'half-pixel centres have wrong gradients',
    kernel: resizeGradientKernel(NEAREST, nearestSources, wholePixels),
  }),
  kernelCorrection({
    backend: 'tensorflow',
    op: BILINEAR,
    defect: 'wrong',
    reason: 'half-pixel centres have wrong gradients',
    kernel: resizeGradientKernel(BILINEAR, bilinearSources, wholePixels),
  }),
  kernelCorrection({
    backend: 'wasm',
    op: NEAREST,
    defect: 'wrong',
    reason: 'half-pixel centres, and images of one pixel with aligned corners, have wrong gradients',
    kernel: resizeGradientKernel(NEAREST, nearestSources, plain),
  }),
  kernelCorrection({
    backend: 'wasm',
    op: BILINEAR,
    defect: 'wrong',
    reason: 'half-pixel centres have wrong gradients',
    kernel: resizeGradientKernel(BILINEAR, bilinearSources, wholePixels),
  }),
  ...wasmCorrections,
  ...webGpuCorrections,
];
