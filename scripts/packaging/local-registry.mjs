import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { command, PackagingError, start, stop } from './command.mjs';

// 6.9 wants Node 22. Its audit plugin asks for `node-fetch@cjs`: a tag, which mirrors of the registry may not have.
const verdaccio = {
  private: true,
  dependencies: { verdaccio: '6.8.0' },
  overrides: { 'node-fetch': '2.7.0' },
};

/**
 * Starts an npm registry of our own on this machine, gives it to the work, and ends it. It serves `names` itself and passes
 * on what is asked for besides to the registry that npm is set up with. Nothing is left behind outside the folder but
 * verdaccio's packages in npm's cache.
 *
 * @param folder to make, for the program and all that it stores.
 * @param names of the packages that may be published to it, and that come from it alone.
 * @param work gets `{ url, token }`; with the token it may publish.
 */
export async function withRegistry({ folder, names }, work) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(verdaccio));
  await command('installing verdaccio', 'npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
  });
  const upstream = (await command('npm config get registry', 'npm', ['config', 'get', 'registry'])).trim();
  const own = { access: '$all', publish: '$authenticated' };
  const config = {
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    uplinks: { upstream: { url: upstream, timeout: '60s' } },
    packages: {
      ...Object.fromEntries(names.map((name) => [name, own])),
      '**': { access: '$all', proxy: 'upstream' },
    },
    log: { type: 'stdout', format: 'json', level: 'warn' },
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const program = join(folder, 'node_modules', 'verdaccio', 'bin', 'verdaccio');
  const options = ['--config', join(folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`];
  const { child, output } = start(process.execPath, [program, ...options], { cwd: folder });
  try {
    await answering(url, child, output);
    return await work({ url, token: await newUser(url) });
  } finally {
    await stop(child);
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answering(url, child, output) {
  const patience = performance.now() + 60_000;
  while (performance.now() < patience) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${url}-/ping`).catch(() => undefined);
    if (answer?.ok) return;
    await wait(200);
  }
  throw new PackagingError(`verdaccio does not answer at ${url}\n${output()}`);
}

async function newUser(url) {
  const name = 'rehearsal';
  const answer = await fetch(`${url}-/user/org.couchdb.user:${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: crypto.randomUUID() }),
  });
  const { token } = await answer.json();
  if (typeof token !== 'string') throw new PackagingError(`verdaccio made no user: status ${answer.status}`);
  return token;
}
