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
  await command('git init', 'git', ['init', '--quiet', '--initial-branch=main'], { cwd: to });
  await commitAll(to, 'copy');
  return to;
}

export async function commitAll(copy, message) {
  const settings = ['user.name=packaging', 'user.email=packaging@localhost', 'commit.gpgsign=false'];
  const options = settings.flatMap((setting) => ['-c', setting]);
  await command('git add', 'git', ['add', '--all'], { cwd: copy });
  await command('git commit', 'git', [...options, 'commit', '--quiet', `--message=${message}`], {
    cwd: copy,
  });
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
  const turbo = join(copy, 'node_modules', '.bin', 'turbo');
  await command('building', turbo, ['run', 'build', ...filters, ...options], {
    cwd: copy,
    env: { ...turboEnvironment(), ...env },
  });
}
