// node scripts/packaging/same-build.mjs: whether a build is the same twice. Packs every package as it is built here and as
// it is built from nothing in a clean copy, at another path and in another time zone, and compares the tarballs byte by
// byte.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { main, root } from '../setup.mjs';
import { PackagingError } from './command.mjs';
import { filesBelow } from './contents.mjs';
import { inTemporaryFolder, step } from './step.mjs';
import { packAll } from './workspace.mjs';
import { buildWorkspace, copyWorkspace, installWorkspace } from './workspace-copy.mjs';

const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

async function packHere(tarballs) {
  mkdirSync(tarballs, { recursive: true });
  await buildWorkspace(root, { cached: true });
  return packAll(root, tarballs);
}

async function packCopy(place, tarballs, env) {
  mkdirSync(tarballs, { recursive: true });
  const copy = await copyWorkspace(root, place);
  await installWorkspace(root, copy);
  await buildWorkspace(copy, { env });
  return packAll(copy, tarballs);
}

/** Files that one of two unpacked packages has and the other has not, or has with other contents. */
function differences(first, second) {
  const files = new Set([...filesBelow(first), ...filesBelow(second)]);
  const hashAt = (folder, file) =>
    filesBelow(folder).includes(file) ? sha256(join(folder, file)) : 'not there';
  return [...files].filter((file) => hashAt(first, file) !== hashAt(second, file));
}

await main(() =>
  inTemporaryFolder(async (temporary) => {
    const first = await step('the build here', () => packHere(join(temporary, 'tarballs', '1')));
    const second = await step('the build of a copy', () =>
      packCopy(join(temporary, 'another-place', 'copy'), join(temporary, 'tarballs', '2'), {
        TZ: 'Pacific/Kiritimati',
      }),
    );
    const problems = [];
    for (const [name, one] of first) {
      const other = second.get(name);
      const hash = sha256(one.tarball);
      if (hash === sha256(other.tarball)) {
        process.stdout.write(`${hash}  ${basename(one.tarball)}\n`);
        continue;
      }
      const files = differences(one.unpacked, other.unpacked);
      problems.push(
        `${name}: ${files.join(', ') || 'equal files, but other names, modes or dates in the tarball'}`,
      );
    }
    if (problems.length > 0)
      throw new PackagingError(`two builds of the same sources differ\n${problems.join('\n')}`);
    return 0;
  }),
);
