import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { property } from '../../checks';
import {
  type FinderOptions,
  type FoundPackage,
  installedCopies,
  packageFolder,
  requireVersion,
  runProbe,
} from '../packages';

/** Which adapter WebGPU is to run on. */
export interface WebGpuOptions {
  /** Part of the name of the only adapter to accept, as `listBackends` shows names. Default the best one. */
  readonly adapter?: string;
  /**
   * Whether an adapter that is software may be used where there is no other. Right, and very slow. Default false,
   * and true where webgpu is the backend asked for.
   */
  readonly software?: boolean;
  /** Which of several GPUs is wanted; default the fast one. */
  readonly powerPreference?: 'high-performance' | 'low-power';
}

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
  requireVersion(backend);
  if (isOlder(dawn.version, OLDEST_DAWN)) {
    throw new Error(`${dawn.name} is ${dawn.version}, but at least ${OLDEST_DAWN} is needed`);
  }
  return { dawn, backend };
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}

/** The file that `import` of a package would run. */
export function entryOf(found: FoundPackage): string {
  return pathToFileURL(createRequire(found.manifest).resolve(packageFolder(found))).href;
}

/** What is told of an adapter. */
interface AdapterDetails {
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
    const value = property(info, name);
    return typeof value === 'string' ? value : '';
  };
  const fallback = property(info, 'isFallbackAdapter') === true;
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

/** What WebGPU turned out to be when a process of its own opened it. */
interface WebGpuProbe {
  /** Every adapter that Dawn offers and the options allow, GPUs before software. */
  readonly adapters: readonly WebGpuCandidate[];
  /** Why there is none; empty where there is one. */
  readonly missing: string;
}

export interface WebGpuCandidate extends AdapterDetails {
  /** As Dawn names it: `'NVIDIA H100'`. */
  readonly name: string;
  readonly request: AdapterRequest;
}

/**
 * Runs with `node -e` and must stand alone: it is the same text from sources and from a bundle. Dawn names its
 * adapters only in the error about one that it does not have.
 */
const LIST = `
const [entry, powerPreference] = process.argv.slice(1);
const describe = (adapter) => {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  return { vendor, architecture, device, description, isFallbackAdapter };
};
(async () => {
  const { create } = await import(entry);
  const names = [];
  try {
    await create(['adapter=utad asks which there are']).requestAdapter({});
  } catch (error) {
    for (const [, name] of error.message.matchAll(/backend: '[^']*', name: '(.*)'$/gm)) names.push(name);
  }
  const adapters = [];
  for (const name of new Set(names)) {
    const adapter = await create(['adapter=' + name]).requestAdapter({ powerPreference }).catch(() => null);
    if (adapter) adapters.push({ name, info: describe(adapter) });
  }
  const best = await create([]).requestAdapter({ powerPreference });
  require('fs').writeSync(1, 'utad ' + JSON.stringify({ adapters, best: best ? describe(best) : null }) + '\\n');
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
`;

const CHECK = `
const [entry, tfjs, backend, request] = process.argv.slice(1);
(async () => {
  const { create, globals } = await import(entry);
  Object.assign(globalThis, globals);
  const { dawn, webgpu } = JSON.parse(request);
  const gpu = create(dawn);
  if (!globalThis.navigator) globalThis.navigator = {};
  Object.defineProperty(navigator, 'gpu', { value: gpu });
  const adapter = await gpu.requestAdapter(webgpu);
  const device = await adapter.requestDevice();
  const tf = require(tfjs);
  const { WebGPUBackend } = require(backend);
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info));
  await tf.setBackend('webgpu');
  const close = async (tensor, expected) => {
    const values = Array.from(await tensor.data());
    if (values.length !== expected.length || values.some((value, i) => !(Math.abs(value - expected[i]) < 1e-4))) {
      throw new Error('expected ' + expected + ' of a check calculation, received ' + values);
    }
  };
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  await close(tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]), [19, 22, 43, 50]);
  const image = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
  const filterGradient = tf.grad((filter) => tf.sum(tf.square(tf.conv2d(image, filter, 1, 'valid'))));
  await close(filterGradient(tf.ones([2, 2, 1, 1])), [20, 40, 60, 80]);
  require('fs').writeSync(1, 'utad "ok"\\n');
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
`;

/**
 * Asks Dawn, in a process of its own, which adapters this machine has: a driver that crashes is then a reason and not
 * the end of this process, and what Dawn writes to stderr is not written to the caller's.
 * @throws Error that says in one line what went wrong.
 */
export async function probeWebGpu(
  { dawn }: WebGpuPackages,
  { adapter, powerPreference = 'high-performance' }: WebGpuOptions,
): Promise<WebGpuProbe> {
  const { answer, stderr } = await run(LIST, [entryOf(dawn), powerPreference]);
  const listed = property(answer, 'adapters');
  const best = property(answer, 'best');
  const webgpu = { powerPreference };
  const named = (Array.isArray(listed) ? listed : []).flatMap((item: unknown): WebGpuCandidate[] => {
    const name = property(item, 'name');
    if (typeof name !== 'string') return [];
    return [{ name, ...detailsOf(property(item, 'info')), request: { dawn: [`adapter=${name}`], webgpu } }];
  });
  // Dawn's own choice knows which of several GPUs is the fast one; its name is one of those listed.
  const details = detailsOf(best);
  const first = named.find((one) => sameAdapter(one, details)) ?? { name: details.description };
  const chosen =
    typeof best === 'object' && best !== null
      ? [{ ...first, ...details, request: { dawn: [], webgpu } }]
      : [];
  const all = [...chosen, ...named.filter((one) => one.name !== first.name)];
  const adapters = adapter
    ? all.filter(({ name }) => name.toLowerCase().includes(adapter.toLowerCase()))
    : all;
  if (adapters.length > 0) {
    return { adapters: [...adapters].sort((a, b) => Number(a.software) - Number(b.software)), missing: '' };
  }
  const others = all.map(({ name }) => name).join(', ');
  const missing =
    adapter && others ? `expected an adapter named "${adapter}", found ${others}` : noAdapter(stderr);
  return { adapters, missing };
}

/**
 * Has a process of its own compute a product and a convolution's gradient on an adapter.
 * @throws Error that says in one line what went wrong.
 */
export async function checkWebGpu({ dawn, backend }: WebGpuPackages, request: AdapterRequest): Promise<void> {
  const tfjs = createRequire(import.meta.url).resolve('@tensorflow/tfjs');
  await run(CHECK, [entryOf(dawn), tfjs, packageFolder(backend), JSON.stringify(request)]);
}

// Some drivers crash when their process ends, after all was said.
const run = (script: string, args: readonly string[]) => runProbe(script, args, { mayCrash: true });

/** Dawn warns about what it could not load: `Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open ...`. */
function noAdapter(stderr: string): string {
  const why = /^Warning: (Couldn't load .*)$/m.exec(stderr)?.[1];
  return why ? `no adapter was found (${why})` : 'no adapter was found';
}

function sameAdapter(a: AdapterDetails, b: AdapterDetails): boolean {
  return a.vendor === b.vendor && a.architecture === b.architecture && a.description === b.description;
}
