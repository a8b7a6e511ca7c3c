// node scripts/packaging/rehearse-release.mjs: a release from the changesets of the working tree, in a copy of it and to a
// registry on this machine, then `npm install utad` from there in an empty project with an empty cache, and a
// demonstration with what was installed. Nothing outside temporary folders changes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { main, root, turboEnvironment } from '../setup.mjs';
import { command, PackagingError } from './command.mjs';
import { withRegistry } from './local-registry.mjs';
import { inTemporaryFolder, step } from './step.mjs';
import { publishedPackages } from './workspace.mjs';
import { buildWorkspace, commitAll, copyWorkspace, installWorkspace } from './workspace-copy.mjs';

/** Settings of npm, and of pnpm, for one folder: this registry, and leave to publish. */
function writeNpmrc(folder, { url, token }) {
  const { host } = new URL(url);
  writeFileSync(join(folder, '.npmrc'), `registry=${url}\n//${host}/:_authToken=${token}\n`);
}

/** Variables win over files, so that a registry named in the environment would be published to. */
const toward = ({ url }, variables = {}) => ({
  ...turboEnvironment(),
  npm_config_registry: url,
  NPM_CONFIG_REGISTRY: url,
  ...variables,
});

async function versionAndBuild(place) {
  const copy = await copyWorkspace(root, place);
  await installWorkspace(root, copy);
  const changeset = join(copy, 'node_modules', '.bin', 'changeset');
  await command('changeset version', changeset, ['version'], { cwd: copy });
  await buildWorkspace(copy);
  await commitAll(copy, 'version');
  return copy;
}

async function publish(copy, registry) {
  writeNpmrc(copy, registry);
  const changeset = join(copy, 'node_modules', '.bin', 'changeset');
  await command('changeset publish', changeset, ['publish', '--no-git-tag'], {
    cwd: copy,
    env: toward(registry),
  });
  for (const { name, manifest } of publishedPackages(copy)) {
    const answer = await fetch(`${registry.url}${name.replace('/', '%2f')}`);
    const { versions = {} } = await answer.json();
    if (!(manifest.version in versions)) {
      throw new PackagingError(
        `expected ${name} ${manifest.version} at the registry, found ${Object.keys(versions).join(', ') || 'nothing'}`,
      );
    }
  }
}

async function useRelease(project, cache, registry, version) {
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n');
  const env = { ...toward(registry), npm_config_cache: cache };
  // The install script of ONNX Runtime fetches CUDA libraries, which nobody here has a use for.
  const options = { cwd: project, env: { ...env, ONNXRUNTIME_NODE_INSTALL: 'skip' } };
  await step('npm install utad', () =>
    command('npm install utad', 'npm', ['install', '--no-audit', '--no-fund', 'utad'], options),
  );
  const printed = (await command('npx utad --version', 'npx', ['utad', '--version'], options)).trim();
  if (printed !== version)
    throw new PackagingError(`utad --version: expected ${version}, received ${printed}`);
  const demo = async () => {
    const words = ['utad', 'demo', '--quick', '--out', 'demo', '--json'];
    const result = JSON.parse(await command('npx utad demo', 'npx', words, options));
    const page = await readFile(join(project, result.report), 'utf8');
    if (typeof result.image?.auroc !== 'number' || !page.includes('</html>')) {
      const received = `${result.image?.auroc} and ${page.length} bytes`;
      throw new PackagingError(`expected an AUROC and a report, received ${received}`);
    }
    return result;
  };
  await step(
    'npx utad demo --quick',
    demo,
    ({ backend, image }) => `${backend.name} on ${backend.device}, image AUROC ${image.auroc.toFixed(3)}`,
  );
}

await main(() =>
  inTemporaryFolder(async (temporary) => {
    const copy = await step('versioned and built', () => versionAndBuild(join(temporary, 'copy')));
    const packages = publishedPackages(copy);
    const names = packages.map(({ name }) => name);
    await withRegistry({ folder: join(temporary, 'registry'), names }, async (registry) => {
      await step(
        'published',
        () => publish(copy, registry),
        () => packages.map(({ name, manifest }) => `${name}@${manifest.version}`).join(' '),
      );
      const { version } = packages.find(({ name }) => name === 'utad').manifest;
      await useRelease(join(temporary, 'project'), join(temporary, 'cache'), registry, version);
    });
    return 0;
  }),
);
