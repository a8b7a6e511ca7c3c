/** What is told of an adapter. */
export interface AdapterDetails {
  readonly vendor: string;
  readonly architecture: string;
  /** The driver's own words. */
  readonly description: string;
  /** Whether it computes on the CPU. */
  readonly software: boolean;
}

/** Drivers that draw and compute on the CPU; not every one of them owns up to it by `isFallbackAdapter`. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b|software/i;

export function detailsOf(info: unknown): AdapterDetails {
  const text = (name: string): string => {
    const value: unknown = typeof info === 'object' && info !== null ? Reflect.get(info, name) : undefined;
    return typeof value === 'string' ? value : '';
  };
  const fallback =
    typeof info === 'object' && info !== null && Reflect.get(info, 'isFallbackAdapter') === true;
  const words = [text('vendor'), text('architecture'), text('device'), text('description')].join(' ');
  return {
    vendor: text('vendor'),
    architecture: text('architecture'),
    description: text('description') || text('device'),
    software: fallback || SOFTWARE.test(words),
  };
}

/** `'GPU, nvidia hopper (NVIDIA 580.1)'`, `'software on the CPU, google swiftshader (SwiftShader driver 5.0.0)'`. */
export function describeAdapter({ vendor, architecture, description, software }: AdapterDetails): string {
  const make = [vendor, architecture].filter((word) => word !== '').join(' ');
  const name = [make, description && `(${description})`].filter((word) => word !== '').join(' ');
  return `${software ? 'software on the CPU' : 'GPU'}${name && `, ${name}`}`;
}

/** What Dawn is asked for an adapter with: its own options, and WebGPU's. */
export interface AdapterRequest {
  readonly dawn: readonly string[];
  readonly webgpu: { readonly powerPreference: 'high-performance' | 'low-power' };
}
