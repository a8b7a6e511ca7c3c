// Whether anything that comes with our packages has a known vulnerability, where the registry tells of them.
//
//   node scripts/checks/audit.mjs
//
// High and critical ones fail, unless audit-exceptions.json names advisory, package and reason; the others are shown.
// pnpm 10 asks an endpoint that the registry has retired, so npm asks the present one, for a lockfile that holds what
// pnpm's does: every production dependency of the published packages.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { productionDependencies } from './production-dependencies.mjs';

const FAILING = ['high', 'critical'];
/** What registries answer that have no such endpoint, or have it no longer. */
const NOT_OFFERED = [404, 405, 410, 501];

/** A registry that could not be asked, as against one that has nothing to say. */
export class AuditError extends Error {}

/**
 * Asks the registry that npm is set up with.
 *
 * @returns {Promise<Finding[] | undefined>} Undefined where it has no such endpoint.
 * @throws {AuditError}
 */
export async function audit(dependencies, { env = process.env } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'utad-audit-'));
  try {
    const lock = lockfileOf(dependencies);
    await writeFile(join(folder, 'package.json'), JSON.stringify(lock.packages['']));
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
    return findingsOf(await npmAudit(folder, env), dependencies);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** npm wants a place for each version of a package: the first lies at the top, and the others below one of its own. */
function lockfileOf(dependencies) {
  const packages = { '': { name: 'audited', version: '0.0.0' } };
  for (const { name, version } of dependencies) {
    let place = `node_modules/${name}`;
    while (place in packages) place += `/node_modules/${name}`;
    packages[place] = { name, version };
  }
  return { name: 'audited', version: '0.0.0', lockfileVersion: 3, requires: true, packages };
}

function npmAudit(cwd, env) {
  return new Promise((resolve, reject) => {
    // The status says how bad the findings are; the answer itself says whether there is one.
    execFile('npm', ['audit', '--json'], { cwd, env, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        reject(
          new AuditError(
            `npm audit: expected JSON, received ${stderr.trim() || error?.message || 'nothing'}`,
          ),
        );
      }
    });
  });
}

/**
 * @typedef {{ advisory: string, severity: string, title: string, url: string, name: string, versions: string[],
 *   paths: string[], range: string }} Finding
 */
function findingsOf(answer, dependencies) {
  if (answer.vulnerabilities === undefined) {
    if (NOT_OFFERED.includes(answer.statusCode)) return undefined;
    throw new AuditError(`the registry could not be asked: ${answer.message ?? JSON.stringify(answer)}`);
  }
  const findings = [];
  for (const [name, { via, nodes }] of Object.entries(answer.vulnerabilities)) {
    // A word names a dependency that is vulnerable itself, and has its own entry.
    for (const { url, severity, title, range } of via.filter((reason) => typeof reason === 'object')) {
      const places = new Set(nodes.map((place) => depthOf(place, name)));
      const versions = dependencies
        .filter((one) => one.name === name)
        .filter((_, index) => places.has(index + 1));
      findings.push({
        advisory: url.split('/').at(-1),
        severity,
        title,
        url,
        name,
        versions: versions.map(({ version }) => version),
        paths: versions.map(({ path }) => path),
        range,
      });
    }
  }
  return findings.sort((a, b) => a.name.localeCompare(b.name) || a.advisory.localeCompare(b.advisory));
}

/** The first version of a package lies one deep, the second two deep: see {@link lockfileOf}. */
const depthOf = (place, name) => place.split(`node_modules/${name}`).length - 1;

/**
 * Sorts findings into those that fail and those that are only shown.
 *
 * @returns {{ failing: Finding[], excepted: [Finding, string][], shown: Finding[], unneeded: object[] }}
 */
export function sortFindings(findings, exceptions) {
  const exceptionOf = ({ advisory, name }) =>
    exceptions.find((one) => one.advisory === advisory && one.package === name);
  const grave = findings.filter(({ severity }) => FAILING.includes(severity));
  return {
    failing: grave.filter((finding) => exceptionOf(finding) === undefined),
    excepted: grave
      .filter((finding) => exceptionOf(finding))
      .map((finding) => [finding, exceptionOf(finding).reason]),
    shown: findings.filter((finding) => !grave.includes(finding)),
    unneeded: exceptions.filter((one) => !grave.some((finding) => exceptionOf(finding) === one)),
  };
}

const sentence = ({ advisory, severity, title, name, versions, paths, range }) =>
  `${severity}: ${name}@${versions.join(', ')} (${paths.join('; ')}): ${advisory}: ${title}; affected: ${range}`;

/** Every exception has to say what it is for and why, or it excepts nothing. */
export function checkExceptions(exceptions) {
  for (const exception of exceptions) {
    for (const key of ['advisory', 'package', 'reason']) {
      if (typeof exception[key] !== 'string' || exception[key].trim() === '') {
        throw new AuditError(`audit-exceptions.json: expected "${key}" in ${JSON.stringify(exception)}`);
      }
    }
  }
  return exceptions;
}

async function main() {
  const say = (line) => process.stderr.write(`audit: ${line}\n`);
  try {
    const file = new URL('audit-exceptions.json', import.meta.url);
    const exceptions = checkExceptions(JSON.parse(await readFile(file, 'utf8')));
    const dependencies = await productionDependencies();
    const findings = await audit(dependencies);
    if (findings === undefined) {
      say('known vulnerabilities are not offered by this registry; nothing was checked');
      return 0;
    }
    const { failing, excepted, shown, unneeded } = sortFindings(findings, exceptions);
    for (const finding of [...failing, ...shown]) say(sentence(finding));
    for (const [finding, reason] of excepted) say(`excepted, ${reason}: ${sentence(finding)}`);
    for (const exception of unneeded)
      say(`exception no longer needed: ${exception.advisory} of ${exception.package}`);
    say(
      `${dependencies.length} dependencies, ${findings.length} findings, ${failing.length} of them high or critical`,
    );
    return failing.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    say(error.message);
    return 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main();
