import type { Options } from 'tsup';

/** The build of every library here: ES module, CommonJS and declarations for each entry. */
export function library(entry: Record<string, string>): Options {
  return {
    entry,
    format: ['esm', 'cjs'],
    dts: true,
    sourcemap: true,
    clean: true,
    target: 'es2022',
    treeshake: true,
  };
}
