// What somebody who installs one of the published packages gets with it, on any platform.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(dirname(createRequire(import.meta.url).resolve('pnpm')), 'bin', 'pnpm.cjs');
const PUBLISHED = ['--filter', './packages/*', '--filter', './apps/*'];

/** Asks pnpm about the published packages, and gives its answer back as data. */
export async function askPnpm(...args) {
  const options = { cwd: root, maxBuffer: 2 ** 28 };
  const words = [program, ...args, '--json', ...PUBLISHED];
  const { stdout } = await promisify(execFile)(process.execPath, words, options);
  return JSON.parse(stdout);
}

/**
 * `path` is one way to it, from a package here; binaries for other platforms are not installed.
 *
 * @typedef {{ name: string, version: string, path: string, installed: boolean }} Dependency
 * @returns {Promise<Dependency[]>} Each version once, by name.
 */
export async function productionDependencies() {
  const found = new Map();
  const visit = (dependencies, path) => {
    for (const dependency of Object.values(dependencies)) {
      const { from: name, version, path: folder, dependencies: more = {} } = dependency;
      const here = [...path, name];
      // Packages of the workspace stand for themselves.
      if (version.startsWith('link:')) continue;
      const key = `${name}@${version}`;
      if (!found.has(key))
        found.set(key, { name, version, path: here.join(' > '), installed: existsSync(folder) });
      visit(more, here);
    }
  };
  const listed = await askPnpm('list', '-r', '--prod', '--depth', 'Infinity');
  for (const { name, dependencies, optionalDependencies } of listed) {
    visit({ ...dependencies, ...optionalDependencies }, [name]);
  }
  return [...found.values()].sort(
    (a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version),
  );
}
