import type { GpuErrorKind } from './gpu';

/** More was asked of a WebGPU device than one of its limits allows. Nothing was computed; the device is still good. */
export class WebGpuLimitError extends Error {
  override readonly name = 'WebGpuLimitError';

  constructor(
    /** The limit, as WebGPU names it: `'maxBufferSize'`. */
    readonly limit: string,
    /** What would be needed, in the unit of the limit. */
    readonly required: number,
    /** What the device has. */
    readonly available: number,
    /** What needs it: `'one tensor'`. */
    readonly what: string,
  ) {
    super(`webgpu: expected ${limit} of at least ${required} for ${what}, this device has ${available}`);
  }
}

/**
 * A WebGPU device failed, so that what it has computed since the last value read cannot be trusted. Every later
 * operation of the same backend throws the same error; `useBackend` starts a new device.
 */
export class WebGpuDeviceError extends Error {
  override readonly name = 'WebGpuDeviceError';

  constructor(
    /** `'lost'`: the device is gone, by a crash of its driver or because it was taken away. */
    readonly kind: GpuErrorKind | 'lost',
    /** What the device said. */
    readonly reason: string,
  ) {
    super(
      kind === 'lost'
        ? `webgpu: the device was lost: ${reason}`
        : `webgpu: the device reported an error (${kind}): ${reason}`,
    );
  }
}

/** A tensor on a WebGPU device was read synchronously where only `data()` and `array()` can wait for it. */
export class WebGpuSyncReadError extends Error {
  override readonly name = 'WebGpuSyncReadError';

  constructor() {
    super(
      'webgpu: expected data() or array(), received a synchronous read of a tensor on the device: Node cannot wait for it',
    );
  }
}
