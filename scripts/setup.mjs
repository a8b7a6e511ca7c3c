// Everything between a fresh clone and a working `npx utad`, with Node and npm alone. What is done is skipped.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { run } from './run.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const utad = join(root, 'apps', 'cli', 'bin', 'utad.js');

const OLDEST_NODE = [20, 19];
const stampFile = join(root, 'node_modules', '.utad-setup.json');

export const say = (line) => process.stderr.write(`${line}\n`);
export const secondsSince = (began) => `${((performance.now() - began) / 1000).toFixed(1)} s`;

/** A step did not succeed; its status becomes this program's. */
export class SetupError extends Error {
  constructor(message, status = 1) {
    super(message);
    this.status = status;
  }
}

async function required(what, file, args, options) {
  const { status, output, interrupted } = await run(file, args, { cwd: root, quiet: true, ...options });
  if (interrupted) throw new SetupError('interrupted', 130);
  if (status !== 0) throw new SetupError(`${output.trim()}\n${what} failed with status ${status}`, status);
}

/** Environment for turbo: no telemetry, and the workspace's own programs, pnpm among them, on the path. */
export function turboEnvironment() {
  const bin = join(root, 'node_modules', '.bin');
  const path = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  return {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    [path]: [bin, process.env[path]].filter(Boolean).join(process.platform === 'win32' ? ';' : ':'),
  };
}

export const turbo = join(root, 'node_modules', '.bin', 'turbo');

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new SetupError(
      `expected Node ${OLDEST_NODE.join('.')} or later, received ${process.versions.node}`,
    );
  }
}

/** Hash of everything that decides what an installation puts into node_modules. */
function dependencyStamp() {
  const manifests = ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name, 'package.json')),
  );
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests.sort()]) {
    const path = join(root, file);
    hash.update(file).update(existsSync(path) ? readFileSync(path) : '');
  }
  return hash.digest('hex');
}

async function installDependencies() {
  const stamp = dependencyStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return 'up to date';
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const options = ['install', '--frozen-lockfile', '--config.confirmModulesPurge=false'];
  await required('installing dependencies', 'npx', ['--yes', packageManager, ...options]);
  writeFileSync(stampFile, stamp);
  return 'installed';
}

async function build() {
  await required('building', turbo, ['run', 'build', '--output-logs=errors-only'], {
    env: turboEnvironment(),
  });
  return 'built';
}

async function setUpTensorFlow() {
  const { findNative } = await import(
    pathToFileURL(join(root, 'packages', 'runtime', 'dist', 'node.js')).href
  );
  const origin = findNative({ projectFolder: root });
  if (origin) return `up to date (${origin})`;
  const { status, interrupted } = await run(process.execPath, [utad, 'backend', 'install'], { cwd: root });
  if (interrupted) throw new SetupError('interrupted', 130);
  // The command has said why. Without it everything works, more slowly.
  return status === 0 ? 'installed' : 'not set up, so the best other backend will be used';
}

/**
 * Installs the dependencies, builds every package and sets native TensorFlow up.
 * @throws SetupError
 */
export async function setup() {
  checkNode();
  const steps = [
    ['dependencies', installDependencies],
    ['build', build],
    ['native TensorFlow', setUpTensorFlow],
  ];
  const began = performance.now();
  for (const [index, [name, step]] of steps.entries()) {
    const stepBegan = performance.now();
    const label = `[${index + 1}/${steps.length}] ${name}`;
    const outcome = await step();
    say(`${label}: ${outcome}, ${secondsSince(stepBegan)}`);
  }
  say(`set up in ${secondsSince(began)}`);
}

/** Runs a script's main function: its status, or that of the failed step, becomes the program's. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = error.status;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    await setup();
    return 0;
  });
}
