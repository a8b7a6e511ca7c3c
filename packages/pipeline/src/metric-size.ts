import type { Size } from '@utad/core';

/** Pixel metrics are taken at this size, whatever the detector's own. */
export const METRIC_SIZE: Size = [256, 256];
