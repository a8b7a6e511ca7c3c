import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFor } from './bundle.mjs';
import { command, PackagingError } from './command.mjs';
import { compilingErrors } from './type-check.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const nodeTypes = dirname(dirname(require.resolve('@types/node/package.json')));

/**
 * A new project with one package, installed by the line of its README; every other package of the workspace comes only
 * where a dependency asks for it.
 *
 * @param folder to make.
 * @param cache npm's cache folder.
 */
export async function installAlone({ name, manifest, unpacked }, packed, { folder, cache }) {
  const line = installLine(unpacked);
  const required = Object.keys(manifest.peerDependencies ?? {}).filter(
    (peer) => !manifest.peerDependenciesMeta?.[peer]?.optional,
  );
  const asked = line.map((word) => word.replace(/(.)@.*$/, '$1'));
  for (const wanted of [name, ...required]) {
    if (!asked.includes(wanted)) {
      throw new PackagingError(
        `expected ${wanted} in the install line of the README, found ${line.join(' ')}`,
      );
    }
  }
  const overrides = [...packed.values()]
    .filter((other) => !asked.includes(other.name))
    .map((other) => [other.name, `file:${other.tarball}`]);
  mkdirSync(folder, { recursive: true });
  write(folder, 'package.json', { private: true, overrides: Object.fromEntries(overrides) });
  const words = line.map((word) => packed.get(word)?.tarball ?? word);
  await command(`npm install ${line.join(' ')}`, 'npm', ['install', '--no-audit', '--no-fund', ...words], {
    cwd: folder,
    // What onnxruntime-node would fetch besides, for CUDA, is used by nothing here.
    env: { ...process.env, npm_config_cache: cache, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
}

/** What the README says to install: `['@utad/perceptual', '@tensorflow/tfjs']`. */
function installLine(unpacked) {
  const readme = readFileSync(join(unpacked, 'README.md'), 'utf8');
  const [, words] = /^npm install ([^#\n]*)/m.exec(readme) ?? [];
  if (words === undefined)
    throw new PackagingError('expected a line "npm install ..." in the README, found none');
  return words.split(' ').filter((word) => word !== '' && !word.startsWith('-'));
}

/** Importing the main entry must change nothing that others can see. */
export async function checkSideEffects({ name }, packed, folder) {
  const script = 'side-effects.mjs';
  copyFileSync(join(here, script), join(folder, script));
  const dependencies = [...packed.values()].flatMap(({ manifest }) =>
    Object.keys(manifest.dependencies ?? {}),
  );
  const foreign = [...new Set(dependencies)].filter((dependency) => !packed.has(dependency));
  const args = [script, name, ...foreign];
  const seen = await command(`importing ${name}`, process.execPath, args, { cwd: folder });
  if (seen !== '')
    throw new PackagingError(`importing it has effects, and it says sideEffects: false\n${seen}`);
}

/**
 * Uses a package that is installed in a project as its users would: the example of its README, what is in `uses` for an
 * entry that the example leaves alone, and an import of every entry but Node's. Each is type-checked and run as ES module
 * and as CommonJS, and without anything of Node's also type-checked as for a bundler, bundled for a browser and run there.
 * Each must print what the comments behind its `console.log` promise.
 */
export async function useEverywhere({ name, manifest, unpacked }, folder) {
  const example = /```ts\n(.*?)```/s.exec(readFileSync(join(unpacked, 'README.md'), 'utf8'))?.[1];
  if (example === undefined)
    throw new PackagingError(`expected an example in the README of ${name}, found none`);
  const path = join(here, 'uses', `${name.split('/').at(-1)}.ts`);
  const use = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const entries = Object.keys(manifest.exports).filter((subpath) => extname(subpath) === '');
  for (const entry of ['.', './node'].filter((subpath) => entries.includes(subpath))) {
    const from = `from '${name}${entry.slice(1)}'`;
    if (!example.includes(from) && !use.includes(from))
      throw new PackagingError(`expected an import ${from} in the README or in ${path}`);
  }

  const programs = { readme: example, entries: importsOf({ name, manifest, unpacked }, entries) };
  if (use !== '') programs.use = use;
  const pages = new Map();
  const modules = new Map();
  for (const [kind, source] of Object.entries(programs)) {
    const inFunction = withoutTopLevelAwait(source);
    modules.set(`${kind}.mts`, source).set(`${kind}.cts`, inFunction);
    if (!/ from '(?:node:.*|.*\/node)';$/m.test(source)) pages.set(`${kind}.ts`, inFunction);
  }
  for (const [file, source] of [...modules, ...pages]) writeFileSync(join(folder, file), source);
  await typeCheck(folder, {
    node16: { files: [...modules.keys()], module: 'node16', outDir: 'out' },
    // A page: nothing of Node's in its types.
    bundler: { files: [...pages.keys()], module: 'esnext', noEmit: true, types: [] },
  });
  for (const [file, source] of modules) {
    await expectPromises(folder, [`out/${file.replace(/ts$/, 'js')}`], source);
  }
  for (const [file, source] of pages) {
    const page = `out/${file.replace(/ts$/, 'page.js')}`;
    const { text } = await bundleFor(folder, source, { format: 'iife' });
    writeFileSync(join(folder, page), text);
    await expectPromises(folder, [join(here, 'as-a-worker.mjs'), page], source);
  }
}

/** Those that need an optional peer are used along with the packages that bring it. */
function importsOf({ name, manifest, unpacked }, entries) {
  const optional = Object.keys(manifest.peerDependenciesMeta ?? {});
  const chosen = entries.filter((entry) => {
    const declarations = readFileSync(join(unpacked, manifest.exports[entry].import.types), 'utf8');
    return entry !== './node' && !optional.some((peer) => declarations.includes(`from '${peer}'`));
  });
  const imports = chosen.map((entry, i) => `import * as entry${i} from '${name}${entry.slice(1)}';\n`);
  const filled = chosen.map((_, i) => `Object.keys(entry${i}).length > 0`);
  return `${imports.join('')}console.log(${filled.join(' && ')}); // true\n`;
}

/** CommonJS and scripts have none: what follows the imports goes into a function. */
function withoutTopLevelAwait(source) {
  const [imports] = /^(?:import [^;]+;\n)*/.exec(source);
  return `${imports}async function main() {\n${source.slice(imports.length)}}\nvoid main();\n`;
}

async function expectPromises(folder, args, source) {
  const promised = [...source.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, result]) => result);
  const what = `node ${args.at(-1)}`;
  const printed = (await command(what, process.execPath, args, { cwd: folder })).trimEnd().split('\n');
  if (promised.length === 0 || printed.join('\n') !== promised.join('\n')) {
    throw new PackagingError(`${what}: expected\n${promised.join('\n')}\nreceived\n${printed.join('\n')}`);
  }
}

/**
 * Strict, declarations of our packages included. Errors within declarations that are not ours (TensorFlow.js has some) are
 * those of their packages and are left alone.
 *
 * @param programs files, and options for them, by the name of a way to resolve modules.
 */
async function typeCheck(folder, programs) {
  const configs = Object.entries(programs).map(([moduleResolution, { files, ...options }]) => {
    const compilerOptions = {
      target: 'es2022',
      lib: ['ES2022', 'DOM'],
      strict: true,
      skipLibCheck: false,
      types: ['node'],
      typeRoots: [nodeTypes],
      moduleResolution,
      ...options,
    };
    const config = `tsconfig.${moduleResolution}.json`;
    write(folder, config, { compilerOptions, files });
    return config;
  });
  const errors = await compilingErrors(folder, configs);
  if (errors.length > 0) throw new PackagingError(`it does not compile\n${errors.join('\n')}`);
}

function write(folder, file, value) {
  writeFileSync(join(folder, file), `${JSON.stringify(value, null, 2)}\n`);
}
