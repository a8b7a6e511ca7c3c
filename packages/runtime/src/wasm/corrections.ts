import type { Correction } from '../corrections/correction';
import { gradientCorrection } from '../corrections/gradient-correction';
import { kernelCorrection } from '../corrections/kernel-correction';
import { concatKernel } from './concat';
import { convolutionFilterGradient } from './convolution-filter-gradient';
import { convolutionInputGradient } from './convolution-input-gradient';
import { leakyReluGradient } from './leaky-relu-gradient';
import { maxPoolGradient } from './max-pool-gradient';
import { meanKernel, sumKernel } from './reductions';
import { segmentSum } from './segment-sum';
import { sliceKernel, splitKernel } from './slice';

const backend = 'wasm';

/** What `@tensorflow/tfjs-backend-wasm` lacks, has wrong, or does slowly enough to matter in training. */
export const wasmCorrections: readonly Correction[] = [
  kernelCorrection({
    backend,
    op: 'Conv2DBackpropFilter',
    defect: 'missing',
    reason: 'no convolution can be trained',
    kernel: convolutionFilterGradient,
  }),
  kernelCorrection({
    backend,
    op: 'Conv2DBackpropInput',
    defect: 'slow',
    reason: 'takes about ten times as long as the forward pass',
    kernel: convolutionInputGradient,
  }),
  kernelCorrection({
    backend,
    op: 'MaxPoolGrad',
    defect: 'wrong',
    reason: 'windows without a positive value receive nothing, and of equal values not the first one',
    kernel: maxPoolGradient,
  }),
  kernelCorrection({
    backend,
    op: 'UnsortedSegmentSum',
    defect: 'missing',
    reason: 'tf.gather has no gradient',
    kernel: segmentSum,
  }),
  kernelCorrection({
    backend,
    op: 'Slice',
    defect: 'slow',
    reason: 'copies the whole tensor to take a part of it',
    kernel: sliceKernel,
  }),
  kernelCorrection({
    backend,
    op: 'SplitV',
    defect: 'slow',
    reason: 'copies the whole tensor for every part of it',
    kernel: splitKernel,
  }),
  kernelCorrection({
    backend,
    op: 'Concat',
    defect: 'slow',
    reason: 'joins channels by a call from JavaScript for each pixel',
    kernel: concatKernel,
  }),
  kernelCorrection({
    backend,
    op: 'Mean',
    defect: 'slow',
    reason: 'transposes the tensor to take the mean over batch or pixels',
    kernel: meanKernel,
  }),
  kernelCorrection({
    backend,
    op: 'Sum',
    defect: 'slow',
    reason: 'transposes the tensor to take the sum over batch or pixels',
    kernel: sumKernel,
  }),
  gradientCorrection({
    backend,
    op: 'LeakyRelu',
    defect: 'slow',
    reason: 'its gradient compares and chooses one value at a time',
    gradient: leakyReluGradient,
  }),
];
