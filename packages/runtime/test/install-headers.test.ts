import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeHeaders } from '../src/node/install/compile';
import { temporaryFolder } from './project';
import { onlyFrom } from './stand-ins/environment';
import { writeTree } from './stand-ins/folder';
import { nobody, serve } from './stand-ins/serve';

const { version } = process;
const HEADER = 'include/node/node_api.h';

/** A Node without headers beside it, a user without settings, and a store that is empty. */
async function bare(disturl: string) {
  const changed = await onlyFrom({});
  const folder = temporaryFolder();
  const environment = { ...process.env, ...changed, XDG_CACHE_HOME: folder, npm_config_disturl: disturl };
  // npm hands a user's nodedir down to what it runs.
  for (const name of Object.keys(environment)) {
    if (/nodedir$/i.test(name)) Reflect.deleteProperty(environment, name);
  }
  return { folder: join(folder, 'headers'), execPath: join(folder, 'bin', 'node'), environment };
}

describe("Node's headers", () => {
  test('those beside Node are taken before any other', async () => {
    const prefix = temporaryFolder({ [HEADER]: '' });
    const options = { ...(await bare(await nobody())), execPath: join(prefix, 'bin', 'node') };
    expect(await nodeHeaders(options)).toBe(prefix);
  });

  test("a folder that the user's npm is set up with comes first", async () => {
    const named = temporaryFolder({ 'src/node_api.h': '' });
    const options = await bare(await nobody());
    const environment = { ...options.environment, npm_config_nodedir: named };
    expect(await nodeHeaders({ ...options, environment })).toBe(named);
    await expect(
      nodeHeaders({ ...options, environment: { ...environment, npm_config_nodedir: '/nowhere' } }),
    ).rejects.toMatchObject({
      code: 'headers-missing',
      reason: "npm's setting nodedir names /nowhere, and Node's headers are not there",
    });
  });

  test('those that node-gyp has downloaded before are used, so that no network is needed', async () => {
    const options = await bare(await nobody());
    const store = join(options.environment.XDG_CACHE_HOME, 'node-gyp', process.versions.node);
    writeTree(store, { [HEADER]: '' });
    expect(await nodeHeaders(options)).toBe(store);
  });

  test('where there are none they are downloaded, into the folder of the installation', async () => {
    const packed = temporaryFolder({ [`node-${version}/${HEADER}`]: '#pragma once\n' });
    execFileSync('tar', ['-czf', join(packed, 'headers.tar.gz'), '-C', packed, `node-${version}`]);
    const tarball = readFileSync(join(packed, 'headers.tar.gz'));
    const name = `node-${version}-headers.tar.gz`;
    const address = await serve((request, response) => {
      if (request.url === `/${version}/${name}`) response.end(tarball);
      else if (request.url === `/${version}/SHASUMS256.txt`)
        response.end(`${createHash('sha256').update(tarball).digest('hex')}  ${name}\n`);
      else response.writeHead(404).end();
    });
    const options = await bare(address);
    const found = await nodeHeaders(options);
    expect(found).toBe(join(options.folder, process.versions.node));
    expect(existsSync(join(found, HEADER))).toBe(true);
  });

  test('where they cannot be downloaded it is said where they may come from', async () => {
    const options = await bare(await nobody());
    const error = await nodeHeaders(options).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'headers-missing',
      reason: expect.stringMatching(
        new RegExp(
          `^Node's headers are not beside ${options.execPath} and could not be downloaded \\(.*ECONNREFUSED.*\\)$`,
        ),
      ),
      remedy: expect.stringContaining('npm_config_nodedir'),
    });
  });
});
