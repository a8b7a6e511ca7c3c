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
 * @returns its text, and the modules of which something is in it, by their paths from the folder.
 * @throws PackagingError when a module or a name is not found.
 */
export async function bundleFor(folder, source, { external = [], format = 'esm' } = {}) {
  try {
    const { outputFiles, metafile } = await build({
      stdin: { contents: source, resolveDir: folder, loader: 'ts' },
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      absWorkingDir: folder,
      platform: 'browser',
      target: 'es2022',
      format,
      external,
      logLevel: 'silent',
    });
    const [{ inputs }] = Object.values(metafile.outputs);
    const modules = Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0);
    return { text: outputFiles[0].text, modules };
  } catch (error) {
    const reasons = error.errors?.map(
      ({ text, location }) => `${text}${location ? ` (${location.file})` : ''}`,
    );
    throw new PackagingError(`bundling for a browser failed\n${reasons?.join('\n') ?? error.message}`);
  }
}
