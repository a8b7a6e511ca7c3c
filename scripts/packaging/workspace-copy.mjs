import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { turboEnvironment } from '../setup.mjs';
import { command } from './command.mjs';
import { publishedPackages } from './workspace.mjs';

/**
 * Copies what git knows of a workspace, as it is now, and what it would know (new files that are not ignored): what a
 * fresh clone would have, once all of it were committed. The copy is a repository of its own.
 */
export async function copyWorkspace(root, to) {
  const list = await command('git ls-files', 'git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: root,
  });
  for (const file of list.split('\0').filter(Boolean)) {
    // Files that were deleted are still known.
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(to, file)), { recursive: true });
    copyFileSync(join(root, file), join(to, file));
  }
  const git = (...args) => command(`git ${args.at(-1)}`, 'git', args, { cwd: to });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  const author = ['-c', 'user.name=packaging', '-c', 'user.email=packaging@localhost'];
  await git(...author, '-c', 'commit.gpgsign=false', 'commit', '--quiet', '--message=copy');
  return to;
}

/** Installs the dependencies of a copied workspace, as its lockfile says. */
export async function installWorkspace(root, copy) {
  const pnpm = join(root, 'node_modules', '.bin', 'pnpm');
  await command('pnpm install', pnpm, ['install', '--frozen-lockfile', '--prefer-offline'], { cwd: copy });
}

/** Builds every package that is published: from the cache, or anew and with these variables in the environment. */
export async function buildWorkspace(copy, { env = {}, cached = false } = {}) {
  const filters = publishedPackages(copy).map(({ name }) => `--filter=${name}`);
  const options = ['--output-logs=errors-only', ...(cached ? [] : ['--force', '--env-mode=loose'])];
  await command(
    'building',
    join(copy, 'node_modules', '.bin', 'turbo'),
    ['run', 'build', ...filters, ...options],
    {
      cwd: copy,
      env: { ...turboEnvironment(), ...env },
    },
  );
}
