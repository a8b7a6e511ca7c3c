import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The Chromium of this machine: the one that CHROME_PATH names, else the first on the path. */
export const chromium: string | undefined = [
  process.env.CHROME_PATH ?? '',
  ...(process.env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name))),
].find((file) => file !== '' && existsSync(file));

const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** WebGPU on the software renderer that Chromium brings. */
const WEBGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

/**
 * Opens a page in a Chromium of its own until a promise is settled, and gives what it gives.
 *
 * @throws Error when Chromium ends before that, or nothing has come in `limit` milliseconds.
 */
export async function whileOpen<T>(
  url: string,
  awaited: Promise<T>,
  { webgpu = false, limit = 240_000 }: { webgpu?: boolean; limit?: number } = {},
): Promise<T> {
  if (chromium === undefined) throw new Error('expected a Chromium, found none');
  const profile = await mkdtemp(join(tmpdir(), 'utad-chromium-'));
  const flags = [...QUIET, ...(webgpu ? WEBGPU : ['--disable-gpu']), `--user-data-dir=${profile}`];
  // A group of its own, so that what it starts ends with it.
  // Not the libraries that Node's WebGPU was pointed to: it knows its own.
  const { LD_LIBRARY_PATH: _, VK_ICD_FILENAMES: __, ...env } = process.env;
  const browser = spawn(chromium, [...flags, url], {
    detached: true,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  browser.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const closed = new Promise<never>((_, reject) => {
    browser.on('error', reject);
    browser.on('close', (code) => reject(new Error(`Chromium ended with ${code}: ${errors.slice(-2000)}`)));
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${url} told nothing in ${limit} ms: ${errors.slice(-2000)}`)),
      limit,
    );
  });
  try {
    return await Promise.race([awaited, closed, late]);
  } finally {
    clearTimeout(timer);
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, 'SIGKILL');
    await closed.catch(() => {});
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
