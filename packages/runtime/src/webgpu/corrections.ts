import type { Correction } from '../corrections/correction';
import { kernelCorrection } from '../corrections/kernel-correction';
import {
  bilinearSources,
  nearestSources,
  type ResizeOptions,
  resizeGradientKernel,
} from '../corrections/resize-gradient';
import { addNKernel } from './add-n';
import { maxPoolGradient } from './max-pool-gradient';

const NEAREST = 'ResizeNearestNeighborGrad';
const BILINEAR = 'ResizeBilinearGrad';
const backend = 'webgpu';

const wholePixels = ({ halfPixelCenters }: ResizeOptions) => !halfPixelCenters;
const plain = ({ alignCorners, halfPixelCenters }: ResizeOptions) => !alignCorners && !halfPixelCenters;

export const webGpuCorrections: readonly Correction[] = [
  kernelCorrection({
    backend,
    op: 'AddN',
    defect: 'wrong',
    reason:
      'a sum of more tensors than a program may read buffers, 8 less one, is left uncomputed without a word',
    kernel: addNKernel,
  }),
  kernelCorrection({
    backend,
    op: 'MaxPoolGrad',
    defect: 'wrong',
    reason: 'of equal values in a window the last one receives the gradient, not the first as elsewhere',
    kernel: maxPoolGradient,
  }),
  kernelCorrection({
    backend,
    op: NEAREST,
    defect: 'wrong',
    reason: 'half-pixel centres, and images of one pixel with aligned corners, have wrong gradients',
    kernel: resizeGradientKernel(NEAREST, nearestSources, plain),
  }),
  kernelCorrection({
    backend,
    op: BILINEAR,
    defect: 'wrong',
    reason: 'half-pixel centres have wrong gradients',
    kernel: resizeGradientKernel(BILINEAR, bilinearSources, wholePixels),
  }),
];
