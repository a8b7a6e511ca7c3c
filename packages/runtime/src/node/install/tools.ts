import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from './run-command';

/** The programs that an installation calls. */
export interface Tools {
  readonly python: string;
}

/**
 * Finds Python with pip, make and a C++ compiler before anything is downloaded for them.
 * @throws Error that names the first one missing.
 */
export async function findTools(python: string | undefined, signal?: AbortSignal): Promise<Tools> {
  if (process.platform !== 'linux') {
    throw new Error(
      `expected Linux, received ${process.platform}; add @tensorflow/tfjs-node to your project instead`,
    );
  }
  const found = await findPython(python ? [python] : ['python3', 'python'], signal);
  for (const program of ['make', process.env.CXX || 'g++']) {
    try {
      await runCommand(program, ['--version'], { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw new Error(`${program} is needed to compile the addon and does not run`, { cause: error });
    }
  }
  return { python: found };
}

async function findPython(candidates: readonly string[], signal?: AbortSignal): Promise<string> {
  for (const python of candidates) {
    try {
      await runCommand(python, ['-m', 'pip', '--version'], { signal });
      return python;
    } catch {
      signal?.throwIfAborted();
    }
  }
  throw new Error(`Python 3 with pip is needed and ${candidates.join(' or ')} does not give it`);
}

/**
 * The folder with this Node's own headers, where its distribution brought them: node-gyp then downloads none.
 * Undefined leaves the search to node-gyp.
 */
export function nodeHeaders(): string | undefined {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? prefix : undefined;
}
