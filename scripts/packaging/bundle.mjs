import { build } from 'esbuild';
import { PackagingError } from './command.mjs';

/**
 * What a page would load: a minified bundle for browsers, made by a project that has the packages installed. A Node
 * built-in anywhere in it fails the build.
 *
 * @param folder of the project.
 * @param source of the module to bundle.
 * @param external what to leave as imports.
 * @param format `esm`, or `iife` for a script.
 * @throws PackagingError when a module or a name is not found.
 */
export async function bundleFor(folder, source, { external = [], format = 'esm' } = {}) {
  try {
    const { outputFiles } = await build({
      stdin: { contents: source, resolveDir: folder, loader: 'ts' },
      bundle: true,
      minify: true,
      write: false,
      platform: 'browser',
      target: 'es2022',
      format,
      external,
      logLevel: 'silent',
    });
    return outputFiles[0].text;
  } catch (error) {
    const reasons = error.errors?.map(
      ({ text, location }) => `${text}${location ? ` (${location.file})` : ''}`,
    );
    throw new PackagingError(`bundling for a browser failed\n${reasons?.join('\n') ?? error.message}`);
  }
}
