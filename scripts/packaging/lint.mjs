import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { command } from './command.mjs';

const { resolve } = createRequire(import.meta.url);
const attw = join(resolve('@arethetypeswrong/cli/package.json'), '..', 'dist', 'index.js');

/** What publint, at its strictest, says of a packed package: a line each. */
export async function publintProblems({ tarball, manifest }) {
  const bytes = readFileSync(tarball);
  const { messages } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    level: 'suggestion',
    strict: true,
  });
  return messages.map((message) => `publint: ${formatMessage(message, manifest, { color: false })}`);
}

/**
 * Has "Are the types wrong?" look at a packed package as Node 16 and later and bundlers resolve it. What is left out is
 * `node10`, which knows no entries but the main one, and which no Node that we support needs.
 *
 * @throws PackagingError with its table.
 */
export async function checkTypes({ name, tarball, manifest }) {
  const options = ['--profile', 'node16', '--format', 'ascii', '--no-color', '--no-emoji'];
  // Files of data have no types.
  const data = Object.keys(manifest.exports ?? {}).filter((entry) => entry.endsWith('.safetensors'));
  if (data.length > 0) options.push('--exclude-entrypoints', ...data);
  await command(`attw of ${name}`, process.execPath, [attw, tarball, ...options]);
}
