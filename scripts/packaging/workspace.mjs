import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.mjs';

/**
 * The packages of a workspace that are published, in the order of their folders.
 *
 * @param root folder of the workspace.
 * @returns {{ name: string, folder: string, manifest: Record<string, any> }[]}
 */
export function publishedPackages(root) {
  return ['packages', 'apps']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest }) => ({ name: manifest.name, folder, manifest }));
}

/**
 * Packs every package as it would be published and unpacks it again.
 *
 * @param into an empty folder.
 * @returns {Promise<Map<string, { name, folder, manifest, tarball, unpacked }>>} by name; `manifest` is the packed one.
 */
export async function packAll(root, into) {
  const packed = new Map();
  const pnpm = join(root, 'node_modules', '.bin', 'pnpm');
  const packages = publishedPackages(root);
  const filters = packages.map(({ name }) => `--filter=${name}`);
  await command('packing', pnpm, ['pack', '--recursive', ...filters, '--pack-destination', into], {
    cwd: root,
  });
  for (const { name, folder, manifest: source } of packages) {
    const file = `${name.replace('@', '').replace('/', '-')}-${source.version}`;
    const [tarball, place] = [join(into, `${file}.tgz`), join(into, file)];
    mkdirSync(place);
    await command(`unpacking ${name}`, 'tar', ['-xzf', tarball, '-C', place]);
    const unpacked = join(place, 'package');
    const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
    packed.set(name, { name, folder, manifest, tarball, unpacked });
  }
  return packed;
}
