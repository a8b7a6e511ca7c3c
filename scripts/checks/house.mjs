// Whether the house stands as drawn: no circle of imports, arrows between packages in one direction, no public name twice,
// main entries that run in a browser, TensorFlow.js only where it belongs.
//
//   node scripts/checks/house.mjs [ROOT]
//
// Types count as imports: who reads a package follows them, and its declarations need them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import ts from 'typescript';

const words = (text) => text.split(' ');
const NETWORKS = ['core', 'layers', 'training'];
const BELOW_DETECTORS = words(
  'core files eval latent datasets synthetic runtime layers training onnx features perceptual ie-net expert-net detector',
);

/** What each package may import. An app may import every package, and nothing imports an app. */
export const HOUSE = {
  core: [],
  files: ['core'],
  eval: ['core'],
  latent: ['core'],
  runtime: ['core', 'files'],
  datasets: ['core', 'files'],
  synthetic: ['core', 'files', 'datasets'],
  layers: ['core'],
  training: ['core', 'layers'],
  onnx: ['core'],
  features: ['core', 'files', 'onnx'],
  perceptual: ['core', 'files', 'features', 'layers', 'onnx'],
  'ie-net': NETWORKS,
  'expert-net': NETWORKS,
  // `training` for the events of FitOptions.
  detector: ['core', 'files', 'eval', 'onnx'],
  report: ['core', 'files', 'eval'],
  'two-stage': BELOW_DETECTORS,
  'memory-bank': BELOW_DETECTORS,
  baselines: BELOW_DETECTORS,
  pipeline: [...BELOW_DETECTORS, 'report', 'two-stage', 'memory-bank', 'baselines'],
};

/** Who installs one of these gets no TensorFlow.js, and is not asked for one. */
export const WITHOUT_TENSORFLOW = words('core files eval latent datasets synthetic report');

const BACKENDS = [
  ...words('@tensorflow/tfjs-node @tensorflow/tfjs-node-gpu webgpu'),
  ...words('cpu wasm webgl webgpu').map((name) => `@tensorflow/tfjs-backend-${name}`),
];

const NODE_ONLY = words(
  '@tensorflow/tfjs-node @tensorflow/tfjs-node-gpu webgpu onnxruntime-node sharp node-gyp proper-lockfile write-file-atomic tar yauzl',
);

/** A line for each thing that does not hold. */
export async function houseProblems(root) {
  const members = membersOf(root);
  const known = members.filter(({ app, place }) => app || HOUSE[place] !== undefined);
  const strangers = members.filter((one) => !known.includes(one));
  return [
    ...strangers.map(({ folder }) => `not in the house: ${folder}: give it a line in HOUSE`),
    ...manifestProblems(known),
    ...(await importProblems(root, known)),
    ...publicNameProblems(root, members),
  ].sort();
}

/**
 * @typedef {object} Member a package or an app.
 * @property {string} folder from the root, with slashes: `packages/core`.
 * @property {string} place its name in HOUSE: `core`.
 * @property {boolean} app
 * @property {Record<string, any>} manifest
 * @property {Map<string, string>} entries sources from the root by what one imports: `@utad/files/node`.
 * @returns {Member[]}
 */
function membersOf(root) {
  return ['packages', 'apps'].flatMap((group) => {
    if (!existsSync(join(root, group))) return [];
    return readdirSync(join(root, group))
      .filter((place) => existsSync(join(root, group, place, 'package.json')))
      .map((place) => {
        const folder = `${group}/${place}`;
        const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
        return { folder, place, app: group === 'apps', manifest, entries: entriesOf(root, folder, manifest) };
      });
  });
}

/** The build `dist/node.js` is made of `src/node.ts` or `src/node/index.ts`. */
function entriesOf(root, folder, { name, exports = {} }) {
  const entries = new Map();
  for (const [subpath, target] of Object.entries(exports)) {
    const [, built] = /"\.\/dist\/([\w/-]+)\.js"/.exec(JSON.stringify(target)) ?? [];
    if (built === undefined) continue;
    const source = [`${folder}/src/${built}.ts`, `${folder}/src/${built}/index.ts`].find((file) =>
      existsSync(join(root, file)),
    );
    if (source === undefined) throw new Error(`${folder}: expected a source of ${subpath}, found none`);
    entries.set(name + subpath.slice(1), source);
  }
  return entries;
}

function dependenciesOf({ manifest }) {
  const { dependencies, peerDependencies, optionalDependencies } = manifest;
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
}

function mayImport(from, to) {
  return from === to || (!to.app && (from.app || HOUSE[from.place].includes(to.place)));
}

function manifestProblems(members) {
  const byName = new Map(members.map((one) => [one.manifest.name, one]));
  const problems = [];
  for (const from of members) {
    for (const to of dependenciesOf(from).map((name) => byName.get(name))) {
      if (to === undefined || mayImport(from, to)) continue;
      problems.push(`upward arrow: ${from.folder}/package.json -> ${to.manifest.name}`);
    }
    if (from.app || !WITHOUT_TENSORFLOW.includes(from.place)) continue;
    const way = wayToTensorFlow(from, byName);
    if (way) problems.push(`TensorFlow.js is installed: ${way.join(' -> ')}`);
  }
  return problems;
}

function wayToTensorFlow(from, byName, seen = new Set([from])) {
  for (const name of dependenciesOf(from)) {
    if (name.startsWith('@tensorflow/')) return [from.manifest.name, name];
    const to = byName.get(name);
    if (to === undefined || seen.has(to)) continue;
    seen.add(to);
    const way = wayToTensorFlow(to, byName, seen);
    if (way) return [from.manifest.name, ...way];
  }
  return undefined;
}

const oneOf = (words) => `(?:${words.map((word) => word.replace(/[.+/]/g, '\\$&')).join('|')})`;
/** Installed or not, through a link or not. */
const dependency = (names) => `(?:^|node_modules/)${oneOf(names)}(?:/|$)`;
const within = (members) => `^${oneOf(members.map(({ folder }) => folder))}/`;

async function importProblems(root, members) {
  const rules = importRules(members);
  const alias = members
    .flatMap(({ entries }) => [...entries])
    .map(([name, source]) => ({ name, alias: join(root, source), onlyModule: true }));
  const sources = members.map(({ folder }) => `${folder}/src`).filter((path) => existsSync(join(root, path)));
  const options = {
    baseDir: root,
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    validate: true,
    ruleSet: { forbidden: rules.map((rule) => ({ severity: 'error', ...rule })) },
  };
  const { output } = await cruise(sources, options, { alias });
  return output.summary.violations.map(({ rule, from, to, cycle, via }) => {
    const way = (cycle ?? via)?.map(({ name }) => name) ?? [to];
    return `${rule.name}: ${[from, ...way].map(packageName).join(' -> ')}`;
  });
}

/** `sharp` of `node_modules/.pnpm/sharp@0.35.5/node_modules/sharp/dist/index.cjs`; other paths stay. */
function packageName(path) {
  return path.replace(/^.*node_modules\/((?:@[^/]+\/)?[^/]+).*$/, '$1');
}

/** In the words of dependency-cruiser. */
function importRules(members) {
  const packages = members.filter(({ app }) => !app);
  const entries = packages.flatMap((one) => [...one.entries.values()]);
  const mains = packages.map(({ manifest, entries }) => entries.get(manifest.name)).filter(Boolean);
  const plain = packages.filter(({ place }) => WITHOUT_TENSORFLOW.includes(place));
  const upward = members.map((from) => {
    const others = members.filter((to) => !mayImport(from, to));
    return { name: 'upward arrow', from: { path: within([from]) }, to: { path: within(others) } };
  });
  const backends = members.map((from) => {
    const { peerDependencies, peerDependenciesMeta } = from.manifest;
    const peers = Object.keys({ ...peerDependencies, ...peerDependenciesMeta });
    const foreign = BACKENDS.filter((backend) => !peers.includes(backend));
    return {
      name: 'imports a backend',
      from: { path: within([from]) },
      to: { path: dependency(foreign) },
    };
  });
  return [
    { name: 'circle', from: {}, to: { circular: true } },
    ...upward.filter(({ to }) => to.path !== within([])),
    {
      name: 'not an entry of the package',
      from: { path: '^((?:packages|apps)/[^/]+)/' },
      to: {
        path: ['^@utad/', '^packages/', 'node_modules/@utad/'],
        pathNot: ['^$1/', `^${oneOf(entries)}$`],
      },
    },
    {
      name: 'not for a browser',
      from: { path: `^${oneOf(mains)}$` },
      to: {
        path: [`^(?:node:)?${oneOf(builtinModules)}$`, '^node:', dependency(NODE_ONLY)],
        reachable: true,
      },
    },
    ...backends,
    {
      name: 'imports TensorFlow.js',
      from: { path: within([...plain, ...members.filter(({ folder }) => folder === 'apps/cli')]) },
      to: { path: '(?:^|node_modules/)@tensorflow/' },
    },
  ];
}

/** A name leaves one package: by one entry, or by those for pages and for Node, which may have a function each for a thing. */
function publicNameProblems(root, members) {
  const sources = new Map(members.flatMap(({ entries }) => [...entries]));
  const options = { noLib: true, types: [], moduleResolution: ts.ModuleResolutionKind.Bundler };
  const host = ts.createCompilerHost(options);
  // Only our own modules: what a name stands for, not what it is made of.
  host.resolveModuleNameLiterals = (literals, importer) =>
    literals.map(({ text }) => {
      if (text.startsWith('.')) return ts.resolveModuleName(text, importer, options, host);
      const source = sources.get(text);
      const resolvedFileName = source && join(root, source);
      return { resolvedModule: source && { resolvedFileName, extension: ts.Extension.Ts } };
    });
  const files = [...sources.values()].map((source) => join(root, source));
  const program = ts.createProgram(files, options, host);
  const checker = program.getTypeChecker();

  const leaves = new Map();
  for (const entry of sources.values()) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, entry)));
    for (const { name } of module === undefined ? [] : checker.getExportsOfModule(module))
      leaves.set(name, [...(leaves.get(name) ?? []), entry]);
  }
  const packageOf = (entry) => entry.split('/', 2).join('/');
  return [...leaves]
    .filter(([, entries]) => new Set(entries.map(packageOf)).size > 1)
    .map(([name, entries]) => `public name twice: ${name}: ${entries.join(', ')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = resolve(process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url)));
  const problems = await houseProblems(root);
  for (const problem of problems) process.stderr.write(`house: ${problem}\n`);
  process.stderr.write(`house: ${problems.length === 0 ? 'as drawn' : `${problems.length} problems`}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
