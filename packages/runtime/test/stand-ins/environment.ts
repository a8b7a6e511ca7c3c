import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../project';
import { nobody } from './serve';

/** Why installations from stand-ins cannot be tested on this machine; undefined where they can. */
export function cannotInstall(bytes: number): string | undefined {
  if (process.platform !== 'linux') return `${process.platform} is not Linux`;
  const missing = ['make', 'g++', 'gcc', 'tar', 'npm'].find(
    (tool) => spawnSync(tool, ['--version']).status !== 0,
  );
  if (missing !== undefined) return `${missing} is missing`;
  if (spawnSync('python3', ['-m', 'pip', '--version']).status !== 0) return 'Python 3 with pip is missing';
  return cannotBuild(bytes);
}

/** The same, of what an installation asks for whatever programs it finds. */
export function cannotBuild(bytes: number): string | undefined {
  const beside = join(dirname(dirname(process.execPath)), 'include', 'node', 'node_api.h');
  if (!existsSync(beside) && !process.env.npm_config_nodedir) return "Node's headers are not beside it";
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize < bytes) return `less than ${bytes / 1e9} GB are free for temporary files`;
  return undefined;
}

export interface Places {
  /** pip's index; default one that does not answer. */
  readonly index?: string;
  /** npm's registry; default one that does not answer. */
  readonly registry?: string;
  /** More programs, before all others: a name and the text of a shell script. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Only these of the machine's programs are there. */
  readonly only?: readonly string[];
}

/**
 * For one test, pip and npm know only the places given and nothing of this machine's own set-up.
 * @returns the changed part of the environment.
 */
export async function onlyFrom({
  index,
  registry,
  programs = {},
  only,
}: Places): Promise<Record<string, string>> {
  const folder = temporaryFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  for (const name of only ?? []) symlinkSync(which(name), join(bin, name));
  const environment: Record<string, string> = {
    PATH: only === undefined ? `${bin}${delimiter}${process.env.PATH}` : bin,
    PIP_CONFIG_FILE: '/dev/null',
    PIP_INDEX_URL: index ?? `${await nobody()}/simple/`,
    PIP_EXTRA_INDEX_URL: '',
    PIP_FIND_LINKS: '',
    PIP_NO_CACHE_DIR: '1',
    PIP_TIMEOUT: '5',
    npm_config_registry: registry ?? (await nobody()),
    npm_config_userconfig: join(folder, 'npmrc'),
    npm_config_cache: join(folder, 'npm'),
    npm_config_fetch_retries: '0',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return environment;
}

/** Where a program really lies. */
export function which(name: string): string {
  const { stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  if (stdout.trim() === '') throw new Error(`expected ${name} on the path`);
  return stdout.trim();
}
