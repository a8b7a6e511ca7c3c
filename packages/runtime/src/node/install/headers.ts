import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { InstallProblem } from './problem';
import { runCommand } from './run-command';

export interface HeaderOptions {
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
    throw new InstallProblem(
      'headers-missing',
      `npm's setting nodedir names ${named}, and Node's headers are not there`,
      'name the folder that holds include/node/node_api.h, or remove the setting',
    );
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
    throw new InstallProblem(
      'headers-missing',
      `Node's headers are not beside ${execPath} and could not be downloaded (${why})`,
      'install them, on Debian and Ubuntu with `apt install libnode-dev`, or name their folder in npm_config_nodedir',
      { cause: error },
    );
  }
}
