import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { resolve as resolveImport } from 'import-meta-resolve';
import { closestMatch } from 'leven';
import { UsageError } from '../errors';
import { kindOf } from '../exists';

/**
 * The URL of a module that the user named: a path, a file URL, or a package that a module in the working folder could
 * import.
 *
 * @param builtIn Names that would have done instead, for the message.
 * @throws UsageError where there is no such module.
 */
export async function resolveModule(name: string, builtIn: readonly string[]): Promise<string> {
  if (name.startsWith('file:')) {
    const url = URL.canParse(name) ? new URL(name) : undefined;
    if (url !== undefined && (await kindOf(url)) === 'file') return url.href;
    throw missing(name, builtIn);
  }
  const path = resolve(name);
  if ((await kindOf(path)) === 'file') return pathToFileURL(path).href;
  if (name.startsWith('.') || isAbsolute(name)) throw missing(name, builtIn);
  try {
    // Ends in a slash: the working folder itself is no module.
    return resolveImport(name, pathToFileURL(resolve('_')).href);
  } catch (cause) {
    throw missing(name, builtIn, cause);
  }
}

function missing(name: string, builtIn: readonly string[], cause?: unknown): UsageError {
  const near = closestMatch(name, builtIn, { maxDistance: 3 });
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return new UsageError(
    `--detector: expected ${builtIn.join(', ')}, the path of a module, or a package that is installed here, received ${name}, which is none of them${hint}`,
    { cause },
  );
}
