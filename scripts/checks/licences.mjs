// Whether whoever installs our packages gets nothing whose licence asks more of them than to name its authors.
//
//   node scripts/checks/licences.mjs [--list] [--all]
//
// --list prints the table. Binaries for other platforms are not installed here, so their licences are not known;
// --all asks the registry for them.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import parse from 'spdx-expression-parse';
import { askPnpm, productionDependencies } from './production-dependencies.mjs';

const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
];

const EXCEPTIONS = [
  {
    name: /^@img\/sharp-/,
    licence: 'LGPL-3.0-or-later',
    reason:
      'libvips, the image library under sharp: a shared library that users may replace, not linked into our code',
  },
];

/**
 * Whether a licence, in the words of SPDX, may come with our packages.
 *
 * @returns {{ allowed: boolean, reason?: string }} With the reason of an exception that was needed.
 */
export function judge(name, licence) {
  const judgeNode = (node) => {
    if (node.conjunction !== undefined) {
      const sides = [judgeNode(node.left), judgeNode(node.right)];
      if (node.conjunction === 'or') return sides.find(({ allowed }) => allowed) ?? sides[0];
      return {
        allowed: sides.every(({ allowed }) => allowed),
        reason: sides.find(({ reason }) => reason)?.reason,
      };
    }
    if (node.exception === undefined && !node.plus && ALLOWED.includes(node.license))
      return { allowed: true };
    const exception = EXCEPTIONS.find((one) => one.name.test(name) && one.licence === node.license);
    return exception === undefined ? { allowed: false } : { allowed: true, reason: exception.reason };
  };
  try {
    return judgeNode(parse(licence));
  } catch {
    return { allowed: false };
  }
}

async function main() {
  const { values: options } = parseArgs({
    options: { list: { type: 'boolean', default: false }, all: { type: 'boolean', default: false } },
  });
  const say = (line) => process.stderr.write(`licences: ${line}\n`);
  const known = new Map();
  for (const [licence, packages] of Object.entries(await askPnpm('licenses', 'list', '--prod'))) {
    for (const { name, versions } of packages) {
      for (const version of versions) known.set(`${name}@${version}`, licence);
    }
  }
  const dependencies = await productionDependencies();
  if (dependencies.length === 0) throw new Error('licences: expected dependencies, pnpm lists none');
  const elsewhere = dependencies.filter(({ installed }) => !installed);
  if (options.all) {
    for (const { name, version } of elsewhere)
      known.set(`${name}@${version}`, await askRegistry(name, version));
  }
  const looked = options.all ? dependencies : dependencies.filter(({ installed }) => installed);

  let offenders = 0;
  const reasons = new Map();
  for (const { name, version, path } of looked) {
    const licence = known.get(`${name}@${version}`) ?? 'none stated';
    const { allowed, reason } = judge(name, licence);
    if (options.list) process.stdout.write(`${licence.padEnd(36)} ${name}@${version}\n`);
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
    if (allowed) continue;
    offenders += 1;
    say(`${name}@${version} (${path}): expected one of ${ALLOWED.join(', ')}, found ${licence}`);
  }
  for (const [reason, names] of reasons) say(`exception for ${names.join(', ')}: ${reason}`);
  const left = options.all
    ? ''
    : `; ${elsewhere.length} for other platforms not looked at (--all asks the registry)`;
  say(`${looked.length} dependencies, ${offenders} with a licence that is not allowed${left}`);
  return offenders === 0 ? 0 : 1;
}

async function askRegistry(name, version) {
  const { stdout } = await promisify(execFile)('npm', ['view', `${name}@${version}`, 'license', '--json']);
  const licence = JSON.parse(stdout || '""');
  return typeof licence === 'string' && licence !== '' ? licence : 'none stated';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
