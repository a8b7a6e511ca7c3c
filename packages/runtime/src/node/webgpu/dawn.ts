import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { hasMethods } from '../../webgpu/gpu';
import { type FoundPackage, packageFolder } from '../native-package';
import type { AdapterRequest } from './adapter';

/** The file that `import` of a package would run. */
export function entryOf(found: FoundPackage): string {
  return pathToFileURL(createRequire(found.manifest).resolve(packageFolder(found))).href;
}

/** An adapter of WebGPU, and the object behind `navigator.gpu` that it came from. */
export interface OpenAdapter {
  readonly gpu: object;
  readonly info: unknown;
  readonly limits: object;
  readonly features: ReadonlySet<unknown>;
  requestDevice(descriptor: object): Promise<unknown>;
}

/** Dawn's objects in this process, by the options that they were made with. */
const gpus = new Map<string, object>();

/**
 * The object behind `navigator.gpu`. There is one for as long as the process lives: a device does not keep it alive,
 * and in a process that has loaded native TensorFlow, Dawn crashes when another is made after one is gone.
 */
async function gpuOf(dawn: FoundPackage, options: readonly string[]): Promise<object> {
  const key = JSON.stringify([dawn.manifest, ...options]);
  const known = gpus.get(key);
  if (known) return known;
  const module: unknown = await import(entryOf(dawn));
  const create = property(module, 'create');
  if (typeof create !== 'function') throw new Error(`${dawn.name} ${dawn.version} has no create()`);
  defineGlobals(property(module, 'globals'));
  const gpu: unknown = Reflect.apply(create, undefined, [[...options]]);
  if (!hasMethods(gpu, ['requestAdapter']))
    throw new Error(`${dawn.name} ${dawn.version} made no GPU object`);
  gpus.set(key, gpu);
  return gpu;
}

/**
 * Opens an adapter through Dawn's addon.
 * @throws Error where there is none, or the package is not what was expected.
 */
export async function openAdapter(dawn: FoundPackage, request: AdapterRequest): Promise<OpenAdapter> {
  const gpu = await gpuOf(dawn, request.dawn);
  const adapter = await call(gpu, 'requestAdapter', [request.webgpu]);
  if (!hasMethods(adapter, ['requestDevice'])) throw new Error('no adapter was found');
  const limits = property(adapter, 'limits');
  const features = property(adapter, 'features');
  if (typeof limits !== 'object' || limits === null) throw new Error('the adapter names no limits');
  return {
    gpu,
    info: property(adapter, 'info'),
    limits,
    features: new Set(isIterable(features) ? features : []),
    requestDevice: async (descriptor) => await call(adapter, 'requestDevice', [descriptor]),
  };
}

/** The classes and constants that the backend takes from the global object, as a browser has them there. */
function defineGlobals(globals: unknown): void {
  if (typeof globals !== 'object' || globals === null) return;
  for (const [name, value] of Object.entries(globals)) {
    if (!(name in globalThis)) {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
  }
}

function property(target: unknown, name: string): unknown {
  return typeof target === 'object' && target !== null ? Reflect.get(target, name) : undefined;
}

async function call(target: object, name: string, args: readonly unknown[]): Promise<unknown> {
  const method: unknown = Reflect.get(target, name);
  if (typeof method !== 'function') throw new Error(`expected a method ${name}, found none`);
  return await Reflect.apply(method, target, [...args]);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return hasMethods(value, []) && typeof Reflect.get(value, Symbol.iterator) === 'function';
}
