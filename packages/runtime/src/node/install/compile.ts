import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type NativePackage, TFJS_VERSION } from '../packages';
import { InstallProblem } from './problem';
import { CommandError, runCommand } from './run-command';
import type { Tools } from './tools';

interface HeaderOptions {
  /** Receives headers that have to be downloaded. */
  readonly folder: string;
  /** Default this process's own. */
  readonly execPath?: string;
  /** Default this process's own. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A folder with the headers of Node that the addon is compiled with. The addon speaks Node-API, so that those of any
 * Node from 20 on serve. Looked for where the user has named them (npm's `nodedir`), beside this Node, in node-gyp's
 * own store, and at last downloaded by node-gyp.
 * @throws InstallProblem where there are none.
 */
export async function nodeHeaders(options: HeaderOptions): Promise<string> {
  const { folder, execPath = process.execPath, environment = process.env, signal } = options;
  const named = setting(environment, 'nodedir');
  if (named !== undefined && !hasHeaders(named)) {
    const reason = `npm's setting nodedir names ${named}, and Node's headers are not there`;
    const remedy = 'name the folder that holds include/node/node_api.h, or remove the setting';
    throw new InstallProblem('headers-missing', reason, remedy);
  }
  const stored = join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'node-gyp');
  const near = [named, dirname(dirname(execPath)), join(stored, process.versions.node)];
  const found =
    near.find((place) => place !== undefined && hasHeaders(place)) ?? (await fromNpm(environment, signal));
  if (found !== undefined) return found;
  await download(folder, execPath, environment, signal);
  return join(folder, process.versions.node);
}

const hasHeaders = (folder: string) =>
  existsSync(join(folder, 'include', 'node', 'node_api.h')) || existsSync(join(folder, 'src', 'node_api.h'));

/** A setting that npm or the user has put into the environment, as node-gyp reads it. */
function setting(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const wanted = [`npm_package_config_node_gyp_${name}`, `npm_config_${name}`];
  for (const key of wanted) {
    const match = Object.entries(environment).find(([other]) => other.toLowerCase() === key);
    if (match?.[1]) return match[1];
  }
  return undefined;
}

/** `nodedir` of the user's .npmrc, which is in the environment only where npm runs this process. */
async function fromNpm(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<string | undefined> {
  try {
    const folder = (await runCommand('npm', ['config', 'get', 'nodedir'], { env, signal })).trim();
    return folder !== 'undefined' && hasHeaders(folder) ? folder : undefined;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

async function download(
  folder: string,
  execPath: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<void> {
  const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  try {
    // node-gyp itself says which Node it runs on; another one's headers serve as well.
    await runCommand(process.execPath, [nodeGyp, 'install', '--ensure', `--devdir=${folder}`], {
      env,
      signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    const reason = `Node's headers are not beside ${execPath} and could not be downloaded (${why})`;
    const remedy =
      'install them, on Debian and Ubuntu with `apt install libnode-dev`, or name their folder in npm_config_nodedir';
    throw new InstallProblem('headers-missing', reason, remedy, { cause: error });
  }
}

/** The version of Node-API that the addon is built for; Node 20 and later have it. */
const NODE_API = 8;

/** Puts the names that the linker asks for beside the libraries that the wheel brought. */
export async function linkLibraries(packageFolder: string): Promise<void> {
  const lib = join(packageFolder, 'deps', 'lib');
  await symlink('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
}

interface CompileOptions {
  readonly tools: Tools;
  /** The folder with Node's headers. */
  readonly headers: string;
  /** More for the linker. */
  readonly linkFlags?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** make and its shell take blanks, quotes and dollars of a path for something else. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * Compiles the package's own C++ against the library in its `deps`, to where the package looks for its addon.
 * @throws InstallProblem with the compiler's own words.
 */
export async function compileAddon(packageFolder: string, options: CompileOptions): Promise<void> {
  if (PLAIN.test(packageFolder) && PLAIN.test(options.headers)) {
    await build(packageFolder, options);
    await rm(join(packageFolder, 'build'), { recursive: true, force: true });
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'utad-build-'));
  try {
    for (const part of ['binding', 'binding.gyp', 'package.json']) {
      await cp(join(packageFolder, part), join(folder, part), { recursive: true });
    }
    const headers = join(folder, 'headers');
    await symlink(options.headers, headers);
    await symlink(join(packageFolder, 'deps'), join(folder, 'deps'));
    await build(folder, { ...options, headers });
    await cp(join(folder, 'lib'), join(packageFolder, 'lib'), { recursive: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function build(folder: string, { tools, headers, linkFlags, signal }: CompileOptions): Promise<void> {
  const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  const args = [
    ...[nodeGyp, 'rebuild', '--jobs=max', `--python=${tools.python}`, `--nodedir=${headers}`],
    ...['--', '-Dmodule_name=tfjs_binding', `-Dmodule_path=${join(folder, 'lib', `napi-v${NODE_API}`)}`],
    `-Dnapi_build_version=${NODE_API}`,
  ];
  const own = process.env.LDFLAGS;
  const env = {
    ...process.env,
    CXX: tools.compiler,
    ...(linkFlags === undefined ? {} : { LDFLAGS: own ? `${own} ${linkFlags}` : linkFlags }),
  };
  try {
    await runCommand(process.execPath, args, { cwd: folder, env, signal });
  } catch (error) {
    // A full disk shows in the compiler's words too, and is told as such.
    if (!(error instanceof CommandError) || /no space left on device/i.test(error.output)) throw error;
    throw new InstallProblem('compile-failed', error.message, undefined, { cause: error });
  }
}

/** What npm says of a registry that it cannot reach, or that refuses it. */
const REFUSED =
  /\b(?:ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|E[45]\d\d|ERR_SOCKET_TIMEOUT|ENOTCACHED|CERT_\w+|SELF_SIGNED_CERT\w*|UNABLE_TO_\w+)\b/;

/** What it says of its own cache; a folder that cannot be made on a read-only disk is told as one that is not there. */
const UNWRITABLE = /\b(?:EROFS|EACCES|EPERM|ENOTDIR)\b|\bENOENT\b.*\bmkdir\b/;

/**
 * Installs the addon package and what it needs into a folder with npm, none of their scripts run.
 * @throws InstallProblem
 */
export async function installAddonPackage(
  folder: string,
  name: NativePackage,
  signal?: AbortSignal,
): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "name": "utad-native", "private": true }\n');
  // When npm itself runs this process it hands down which project it works on, and the inner npm would believe it.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) => !/^npm_config_(local_prefix|prefix|global_prefix)$/i.test(key),
    ),
  );
  const wanted = `${name}@${TFJS_VERSION}`;
  const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
  const install = (...more: string[]) =>
    runCommand('npm', [...args, '--no-package-lock', '--loglevel=error', ...more, wanted], {
      cwd: folder,
      env,
      signal,
    });
  try {
    await install().catch(async (error: unknown) => {
      if (!(error instanceof CommandError) || !UNWRITABLE.test(error.output)) throw error;
      // npm's own cache lies in the home folder, which need not be writable: it has one here then.
      const cache = await mkdtemp(join(dirname(folder), 'npm-'));
      await install('--cache', cache);
    });
  } catch (error) {
    if (!(error instanceof CommandError) || !REFUSED.test(error.output)) throw error;
    const reason = `npm did not get ${wanted} (${error.message})`;
    const remedy =
      'look at the network, and at the registry that npm is set up with (`npm config get registry`)';
    throw new InstallProblem('registry-unreachable', reason, remedy, { cause: error });
  }
}
