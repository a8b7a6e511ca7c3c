import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { isAbsolute, join, sep } from 'node:path';
import ts from 'typescript';

const always = ['package.json', 'README.md', 'LICENSE'];
const allowed = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^dist\/.*\.(c?js|c?js\.map|d\.c?ts)$/,
  /^weights\/(.*\.safetensors|MODEL_CARD\.md)$/,
];
const code = /\.(c?js|d\.c?ts)$/;

/** All files below a folder, as paths with slashes, in order. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.split(sep).join('/'))
    .sort();
}

/**
 * What is wrong with an unpacked package: files that do not belong into it or are missing, ranges that only a workspace
 * understands, paths of the machine that built it, imports of what it does not declare, and classes that are there twice.
 *
 * @returns {string[]} one line each.
 */
export function problemsOf({ name, manifest, unpacked }) {
  const files = filesBelow(unpacked);
  const programs = Object.values(manifest.bin ?? {}).map((path) => path.replace(/^\.\//, ''));
  const strangers = files.filter(
    (file) => !programs.includes(file) && !allowed.some((pattern) => pattern.test(file)),
  );
  return [
    ...always.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    ...strangers.map((file) => `${file} does not belong into a package`),
    ...manifestProblems(manifest),
    ...files.filter((file) => file.endsWith('.map')).flatMap((file) => mapProblems(unpacked, file)),
    ...importProblems({ name, manifest, unpacked, files }),
    ...['.js', '.cjs'].flatMap((format) => classProblems(unpacked, files, format)),
  ];
}

function manifestProblems({ publishConfig, license, ...manifest }) {
  const problems = [];
  if (publishConfig?.access !== 'public') problems.push('publishConfig.access is not public');
  if (license === undefined) problems.push('there is no license');
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies']) {
    for (const [dependency, range] of Object.entries(manifest[kind] ?? {})) {
      if (/^(workspace|catalog|file|link):/.test(range))
        problems.push(`${kind} has ${dependency} as ${range}`);
    }
  }
  return problems;
}

function mapProblems(unpacked, file) {
  const { sources } = JSON.parse(readFileSync(join(unpacked, file), 'utf8'));
  return sources
    .filter((source) => isAbsolute(source) || /^\w+:/.test(source))
    .map((source) => `${file} names the file ${source} of the machine that built it`);
}

function importProblems({ name, manifest, unpacked, files }) {
  const declared = [name, ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })];
  const problems = new Set();
  for (const file of files.filter((path) => code.test(path))) {
    const text = readFileSync(join(unpacked, file), 'utf8');
    for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
      const own = fileName.startsWith('.') || isAbsolute(fileName) || isBuiltin(fileName);
      const dependency = fileName.split('/', fileName.startsWith('@') ? 2 : 1).join('/');
      if (!own && !declared.includes(dependency)) {
        problems.add(`${file} imports ${dependency}, which the package does not declare`);
      }
    }
  }
  return [...problems];
}

/**
 * What an installation has of TensorFlow.js, by npm's lock file: packages of it, and packages that ask for it as a peer.
 *
 * @returns {string[]} one line each.
 */
export function tensorFlowProblems({ packages }) {
  const isTensorFlow = (name) => name.startsWith('@tensorflow/');
  return Object.entries(packages).flatMap(([path, { peerDependencies = {} }]) => {
    const name = path.split('node_modules/').at(-1);
    const peers = Object.keys(peerDependencies).filter(isTensorFlow);
    return [
      ...(isTensorFlow(name) ? [`brings ${name}`] : []),
      ...peers.map((peer) => `${name} asks for ${peer} as a peer`),
    ];
  });
}

/** Two copies of an error class would make `instanceof` depend on the entry that a value came from. */
function classProblems(unpacked, files, format) {
  const places = new Map();
  for (const file of files.filter((path) => path.endsWith(format) && !path.startsWith('bin/'))) {
    for (const [, name] of readFileSync(join(unpacked, file), 'utf8').matchAll(
      /^(?:var|export class|class) (\w+)(?: = class| extends| \{)/gm,
    )) {
      places.set(name, [...(places.get(name) ?? []), file]);
    }
  }
  return [...places]
    .filter(([, found]) => found.length > 1)
    .map(([name, found]) => `the class ${name} is in ${found.join(' and in ')}`);
}
