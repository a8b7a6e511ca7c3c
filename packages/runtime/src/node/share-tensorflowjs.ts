import { createRequire } from 'node:module';

/**
 * Makes a package's `require('@tensorflow/tfjs')` the copy that this package, and so its caller, imports.
 * A second copy would share tensors and kernels, which are global, but have its own registry of layers, and would
 * complain that everything is registered already. Node documents `require.cache` as replaceable: the entry of the
 * package's copy is set to the module already loaded, and its file is never run.
 */
export function shareTensorFlowJs(load: NodeJS.Require): void {
  const here = createRequire(import.meta.url);
  const union = here.resolve('@tensorflow/tfjs');
  const core = createRequire(union).resolve('@tensorflow/tfjs-core');
  for (const [name, file] of [
    ['@tensorflow/tfjs', union],
    ['@tensorflow/tfjs-core', core],
  ] as const) {
    here(file);
    const module = here.cache[file];
    const theirs = resolve(load, name);
    if (module && theirs && theirs !== file) here.cache[theirs] = module;
  }
}

function resolve(load: NodeJS.Require, name: string): string | undefined {
  try {
    return load.resolve(name);
  } catch {
    return undefined;
  }
}
