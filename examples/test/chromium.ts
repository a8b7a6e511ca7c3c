import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
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
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Opens a page of a server that lives as long as this call, and waits until the page posts JSON to `/report`.
 *
 * @param handle answers every other request.
 * @param pathOf where the page is, given the server's own address.
 */
export async function reportOf(
  handle: RequestListener,
  pathOf: (origin: string) => string,
): Promise<unknown> {
  if (chromium === undefined) throw new Error('expected a Chromium, found none');
  const profile = await mkdtemp(join(tmpdir(), 'utad-chromium-'));
  let report: (value: unknown) => void = () => {};
  const reported = new Promise<unknown>((resolve) => {
    report = resolve;
  });
  const server = createServer((request, response) => {
    if (request.url !== '/report') {
      handle(request, response);
      return;
    }
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      response.end();
      report(JSON.parse(body));
    });
  });
  const origin = await listen(server);
  // A group of its own, so that what it starts ends with it.
  const browser = spawn(chromium, [...QUIET, `--user-data-dir=${profile}`, origin + pathOf(origin)], {
    detached: true,
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
  try {
    return await Promise.race([reported, closed, timeout(90_000)]);
  } finally {
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, 'SIGKILL');
    await closed.catch(() => {});
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Starts a server on this machine and gives its address. */
export async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return `http://127.0.0.1:${address.port}`;
}

function timeout(milliseconds: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`no report in ${milliseconds} ms`)), milliseconds).unref();
  });
}
