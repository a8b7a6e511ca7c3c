import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userCacheFolder } from '@utad/files/node';
import { afterAll } from 'vitest';

const bin = fileURLToPath(new URL('../bin/utad.js', import.meta.url));

/** What moves a user's cache folder on this system, and where below it the folder lies. */
const CACHES: Partial<Record<NodeJS.Platform, readonly [variable: string, path: string]>> = {
  win32: ['LOCALAPPDATA', 'utad'],
  darwin: ['HOME', 'Library/Caches/utad'],
};
const [CACHE_VARIABLE, CACHE_PATH] = CACHES[process.platform] ?? ['XDG_CACHE_HOME', 'utad'];

/** Of each file of tests: what they decode and fetch stays out of the cache of whoever runs them. */
const cache = mkdtempSync(join(tmpdir(), 'utad-cache-'));
mkdirSync(join(cache, CACHE_PATH), { recursive: true });
symlinkSync(join(userCacheFolder(), 'native'), join(cache, CACHE_PATH, 'native'), 'junction');
afterAll(() => rmSync(cache, { recursive: true, force: true }));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  /** Lines, without those that TensorFlow's library writes before it can be told not to. */
  readonly stderr: readonly string[];
}

export interface RunOptions {
  readonly cwd: string;
  /** Over the environment of the tests and a cache folder of their own; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** For standard input, which is else empty. */
  readonly input?: string;
  /** Is told every line of stderr as it comes. */
  readonly onLine?: (line: string, child: ChildProcess) => void;
}

/** Runs the built command line as a program of its own. */
export function runUtad(
  args: readonly string[],
  { cwd, env: changes = {}, input, onLine }: RunOptions,
): Promise<Ended> {
  // Results must not depend on weights that this machine happens to have, or could download.
  const env = { ...process.env, UTAD_VGG19: 'random', [CACHE_VARIABLE]: cache, ...changes };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => undefined).end(input);
    let stdout = '';
    let rest = '';
    const stderr: string[] = [];
    const take = (line: string) => {
      if (/^(WARNING: All log|I\d{4} |\s*$)/.test(line)) return;
      stderr.push(line);
      onLine?.(line, child);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      take(rest);
      resolve({ code, stdout, stderr });
    });
  });
}

/** Networks that train in a second, even without native TensorFlow. */
export const TINY = [
  ...['--preset', 'small', '--epochs-ie', '8', '--epochs-expert', '5'],
  ...Object.entries({
    'ieNet.inputSize': '[16, 16]',
    'ieNet.encoder': '[{filters: 2, factor: 2}, {filters: 2, factor: 2}]',
    'ieNet.decoder': '[{filters: 2, factor: 2}, {filters: 2, factor: 2}]',
    'ieNet.latent': '4',
    'ieNet.mlp': '[8, 8]',
    'ieNet.discriminator': '[8, 8, 8]',
    'expertNet.inputSize': '[16, 16]',
    'expertNet.base': '2',
    'expertNet.mlp': '4',
    'expertNet.detailFilters': '[2, 4]',
    'training.ieNet.batchSize': '4',
    'training.expertNet.batchSize': '4',
  }).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
];
