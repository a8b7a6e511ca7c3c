/** What is used here of a WebGPU device, as https://www.w3.org/TR/webgpu/ has it. */
export interface GpuDevice {
  readonly limits: object;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  pushErrorScope(filter: GpuErrorKind): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
  destroy(): void;
}

/** The kinds of error that a device tells apart, in the order in which scopes are opened for them. */
export const GPU_ERROR_KINDS = ['validation', 'out-of-memory', 'internal'] as const;
export type GpuErrorKind = (typeof GPU_ERROR_KINDS)[number];

export function isGpuDevice(value: unknown): value is GpuDevice {
  return (
    hasMethods(value, ['pushErrorScope', 'popErrorScope', 'destroy']) &&
    typeof Reflect.get(value, 'limits') === 'object' &&
    Reflect.get(value, 'lost') instanceof Promise
  );
}

export function hasMethods(value: unknown, names: readonly string[]): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}

/** A device's limit; those that this adapter does not have count as none. */
export function limitOf(limits: object, name: string): number {
  const limit: unknown = Reflect.get(limits, name);
  return typeof limit === 'number' ? limit : 0;
}
