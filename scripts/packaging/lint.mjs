import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

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
 * What "Are the types wrong?" says of a packed package as Node 16 and later and bundlers resolve it: a line each. What is
 * left out is `node10`, which knows no entries but the main one, and which no Node that we support needs.
 */
export async function typeProblems({ tarball, manifest }) {
  const data = createPackageFromTarballData(new Uint8Array(readFileSync(tarball)));
  // Files of data have no types.
  const excludeEntrypoints = Object.keys(manifest.exports).filter((entry) => entry.endsWith('.safetensors'));
  const { types, problems = [] } = await checkPackage(data, { excludeEntrypoints });
  if (!types) return ['attw: there are no types'];
  return problems
    .filter(({ resolutionKind }) => resolutionKind !== 'node10')
    .map((problem) => `attw: ${JSON.stringify(problem)}`);
}
