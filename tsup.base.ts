import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/**
 * The build of every library here: a module of dist for each module of src, as ES module and as CommonJS, and
 * declarations for each entry.
 *
 * Modules stay apart rather than become one file, so that `sideEffects: false` lets a bundler leave out all that is not
 * used, however it was written (a class that extends a layer, say, no bundler dares to drop), and so that two entries
 * share one copy of a class in either format: `instanceof` holds across `@utad/x` and `@utad/x/node`.
 *
 * @param entry module of src by the name that it has in dist, as in `{ node: 'src/node/index.ts' }`.
 */
export function library(entry: Record<string, string>): Options {
  const names = namesInDist(entry);
  return {
    entry: Object.fromEntries([...names].map(([module, name]) => [name, module])),
    format: ['esm', 'cjs'],
    dts: { entry },
    sourcemap: true,
    removeNodeProtocol: false,
    clean: true,
    target: 'es2022',
    splitting: false,
    esbuildPlugins: [modulesApart(names)],
  };
}

/** What each module of src is called in dist: as in src, but for entries. */
function namesInDist(entry: Record<string, string>): Map<string, string> {
  const names = new Map<string, string>();
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const module = file.split(sep).join('/');
    names.set(`src/${module}`, module.slice(0, -'.ts'.length));
  }
  for (const [name, module] of Object.entries(entry)) names.set(module, name);
  return names;
}

/** Has a module import its neighbours in dist, by their whole names, where it would have had them copied into it. */
function modulesApart(names: ReadonlyMap<string, string>): Plugin {
  const moduleAt = (path: string) => relative(process.cwd(), path).split(sep).join('/');
  return {
    name: 'modules-apart',
    setup(build) {
      const extension = build.initialOptions.format === 'cjs' ? '.cjs' : '.js';
      build.onResolve({ filter: /^\.\.?(\/|$)/ }, ({ path, importer, kind }) => {
        const from = names.get(moduleAt(importer));
        if (kind === 'entry-point' || from === undefined) return undefined;
        const target = resolve(dirname(importer), path);
        const file = [`${target}.ts`, join(target, 'index.ts')].find((candidate) => existsSync(candidate));
        const to = file === undefined ? undefined : names.get(moduleAt(file));
        // Anything else, such as a file of data, becomes part of the module.
        if (to === undefined) return undefined;
        const step = posix.relative(posix.dirname(from), to);
        return { path: `${step.startsWith('.') ? '' : './'}${step}${extension}`, external: true };
      });
    },
  };
}
