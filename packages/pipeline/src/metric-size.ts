import type { Size } from '@utad/core';

/** Pixel metrics are taken at this size, whatever the detector's own, unless another one is asked for. */
export const METRIC_SIZE: Size = [256, 256];

/** Where pixel metrics are taken: a square with so many pixels a side, or the size of the image files. */
export type MetricSize = number | 'full';
