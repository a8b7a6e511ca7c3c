import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFor } from './bundle.mjs';
import { command, PackagingError } from './command.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const tsc = require.resolve('typescript/bin/tsc');
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
    env: { ...process.env, npm_config_cache: cache },
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
 * Uses a package that is installed in a project as its users would: type-checked and run as ES module and as CommonJS,
 * type-checked as for a bundler, and bundled for a browser and run there; the example of the README too. Every program
 * must print what the comments behind its `console.log` promise.
 */
export async function useEverywhere({ name, unpacked }, folder) {
  const short = name.split('/').at(-1);
  const [main, node] = [`${short}.ts`, `${short}.node.ts`].map((file) => {
    const path = join(here, 'uses', file);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  });
  const example = /```ts\n(.*?)```/s.exec(readFileSync(join(unpacked, 'README.md'), 'utf8'))?.[1];
  if ((main ?? node) === undefined)
    throw new PackagingError(`expected a use of ${name} in ${join(here, 'uses')}`);
  if (example === undefined)
    throw new PackagingError(`expected an example in the README of ${name}, found none`);

  const sources = new Map([['readme.mts', example]]);
  for (const [kind, source] of Object.entries({ main, node })) {
    if (source === undefined) continue;
    sources.set(`${kind}.mts`, source).set(`${kind}.cts`, source);
  }
  for (const [file, source] of sources) writeFileSync(join(folder, file), source);
  await typeCheck(folder, [...sources.keys()], {
    module: 'node16',
    moduleResolution: 'node16',
    outDir: 'out',
  });
  if (main !== undefined) {
    writeFileSync(join(folder, 'page.ts'), main);
    // A page: nothing of Node's in its types.
    const page = { module: 'esnext', moduleResolution: 'bundler', noEmit: true, types: [] };
    await typeCheck(folder, ['page.ts'], page);
    writeFileSync(join(folder, 'out', 'page.js'), await bundleFor(folder, main, { format: 'iife' }));
    await expectPromises(folder, [join(here, 'as-a-worker.mjs'), 'out/page.js'], main);
  }
  for (const [file, source] of sources) {
    await expectPromises(folder, [`out/${file.replace(/ts$/, 'js')}`], source);
  }
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
 * Strict, declarations of packages included. Errors within declarations that are not ours (TensorFlow.js has some) are
 * those of their packages and are left alone.
 */
async function typeCheck(folder, files, options) {
  const compilerOptions = {
    target: 'es2022',
    lib: ['ES2022', 'DOM'],
    strict: true,
    skipLibCheck: false,
    pretty: false,
    types: ['node'],
    typeRoots: [nodeTypes],
    ...options,
  };
  const project = `tsconfig.${options.moduleResolution}.json`;
  write(folder, project, { compilerOptions, files });
  const failure = await command('tsc', process.execPath, [tsc, '-p', project], { cwd: folder }).then(
    () => undefined,
    (error) => error,
  );
  if (failure === undefined) return;
  const lines = failure.message.split('\n').filter((line) => /^\S.*error TS\d+/.test(line));
  const ours = lines.filter((line) => !/^node_modules\/(?!@utad\/)/.test(line));
  if (ours.length > 0 || lines.length === 0) {
    throw new PackagingError(
      `tsc with moduleResolution ${options.moduleResolution} failed\n${ours.join('\n') || failure.message}`,
    );
  }
}

function write(folder, file, value) {
  writeFileSync(join(folder, file), `${JSON.stringify(value, null, 2)}\n`);
}
