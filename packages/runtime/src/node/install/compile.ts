import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from './command-error';
import { InstallProblem } from './problem';
import { runCommand } from './run-command';
import type { Tools } from './tools';

/** The version of Node-API that the addon is built for; Node 20 and later have it. */
const NODE_API = 8;

/** Puts the names that the linker asks for beside the libraries that the wheel brought. */
export async function linkLibraries(packageFolder: string): Promise<void> {
  const lib = join(packageFolder, 'deps', 'lib');
  await symlink('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
}

export interface CompileOptions {
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
