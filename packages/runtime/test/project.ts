import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that is gone when the test is. */
export function temporaryFolder(files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'utad-runtime-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** A project that has an addon package of its own: its version, its main file and, where given, its addon. */
export function projectWith(
  name: 'tfjs-node' | 'tfjs-node-gpu',
  { version = '4.22.0', main = '', addon }: { version?: string; main?: string; addon?: string },
): string {
  const folder = `node_modules/@tensorflow/${name}`;
  return temporaryFolder({
    [`${folder}/package.json`]: JSON.stringify({ name: `@tensorflow/${name}`, version, main: 'index.js' }),
    [`${folder}/index.js`]: main,
    ...(addon === undefined ? {} : { [`${folder}/lib/addon.node`]: addon }),
    'node_modules/@mapbox/node-pre-gyp/index.js':
      "exports.find = (manifest) => require('node:path').join(manifest, '..', 'lib', 'addon.node');",
  });
}
