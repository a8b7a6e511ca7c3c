import { symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runCommand } from './run-command';
import { nodeHeaders } from './tools';

/** The version of Node-API that the addon is built for; Node 20 and later have it. */
const NODE_API = 8;

/** Puts the names that the linker asks for beside the libraries that the wheel brought. */
export async function linkLibraries(packageFolder: string): Promise<void> {
  const lib = join(packageFolder, 'deps', 'lib');
  await symlink('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
}

/** Compiles the package's own C++ against the library in its `deps`, to where the package looks for its addon. */
export async function compileAddon(
  packageFolder: string,
  python: string,
  signal?: AbortSignal,
): Promise<void> {
  const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  const headers = nodeHeaders();
  const args = [nodeGyp, 'rebuild', '--jobs=max', `--python=${python}`];
  // A user's own setting, which npm hands down in the environment, comes first.
  if (headers && !process.env.npm_config_nodedir) args.push(`--nodedir=${headers}`);
  args.push(
    '--',
    '-Dmodule_name=tfjs_binding',
    `-Dmodule_path=${join(packageFolder, 'lib', `napi-v${NODE_API}`)}`,
    `-Dnapi_build_version=${NODE_API}`,
  );
  await runCommand(process.execPath, args, { cwd: packageFolder, signal });
}
