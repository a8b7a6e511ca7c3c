import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTree } from './folder';
import { serve } from './serve';

/** The files of a package, its package.json among them. */
export type PackageFiles = Readonly<Record<string, string>>;

/** An npm registry on this machine; gives what npm's `registry` is set to. */
export async function npmRegistry(packages: readonly PackageFiles[]): Promise<string> {
  const known = new Map(
    packages.map((files) => {
      const manifest: { name: string; version: string } = JSON.parse(files['package.json'] ?? '');
      return [manifest.name, { manifest, tarball: pack(files) }];
    }),
  );
  const registry: string = await serve((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    const packed = known.get(path.replace(/\/-\/package\.tgz$/, ''));
    if (packed === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Not found"}');
      return;
    }
    const { manifest, tarball } = packed;
    if (path.endsWith('.tgz')) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(tarball);
      return;
    }
    const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
    const dist = { tarball: `${registry}/${manifest.name}/-/package.tgz`, integrity };
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        name: manifest.name,
        'dist-tags': { latest: manifest.version },
        versions: { [manifest.version]: { ...manifest, dist } },
      }),
    );
  });
  return registry;
}

function pack(files: PackageFiles): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'utad-pack-'));
  try {
    writeTree(join(folder, 'package'), files);
    execFileSync('tar', ['-czf', join(folder, 'package.tgz'), '-C', folder, 'package']);
    return readFileSync(join(folder, 'package.tgz'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
