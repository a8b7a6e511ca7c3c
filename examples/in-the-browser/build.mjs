// Bundles main.mjs with everything it needs into dist/main.js: `node in-the-browser/build.mjs`. Any bundler will do.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

await build({
  absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
  entryPoints: ['main.mjs'],
  outfile: 'dist/main.js',
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  logLevel: 'warning',
});
