import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { columns } from '../columns.mjs';
import { bundleFor } from './bundle.mjs';

/**
 * What a browser may be made to load, in minified bytes, with all dependencies inside but TensorFlow.js and ONNX Runtime. Without `names`
 * it is everything that the main entry exports.
 */
const budgets = [
  { name: '@utad/core', names: ['resizeImage'], budget: 4_000 },
  // Most of it is the hash and the generator of random numbers.
  { name: '@utad/core', budget: 16_000 },
  { name: '@utad/eval', names: ['rocAuc'], budget: 3_000 },
  { name: '@utad/eval', budget: 36_000 },
  { name: '@utad/latent', names: ['nearestNeighbours'], budget: 2_000 },
  // Most of it is ml-matrix, under PCA.
  { name: '@utad/latent', budget: 90_000 },
  { name: '@utad/layers', budget: 6_000 },
  { name: '@utad/training', budget: 23_000 },
  // Two thirds of the first are the reader of protobuf.
  { name: '@utad/onnx', names: ['describeOnnx'], budget: 10_500 },
  { name: '@utad/onnx', budget: 27_000 },
  // Four of them are the hash, which a page has once however many packages it loads.
  { name: '@utad/features', names: ['resnet18'], budget: 2_000 },
  // Half of it are the readers of safetensors and HTTP, the hash and random numbers.
  { name: '@utad/features', budget: 39_000 },
  { name: '@utad/perceptual', budget: 17_500 },
  { name: '@utad/ie-net', budget: 12_000 },
  { name: '@utad/expert-net', budget: 10_500 },
  { name: '@utad/datasets', budget: 24_000 },
  { name: '@utad/synthetic', names: ['synthesize'], budget: 39_500 },
  { name: '@utad/synthetic', budget: 49_500 },
  { name: '@utad/runtime', budget: 30_000 },
  { name: '@utad/files', names: ['decodeSafetensors'], budget: 4_500 },
  { name: '@utad/files', budget: 21_500 },
  { name: '@utad/detector', names: ['normalizedScore'], budget: 500 },
  // Most of these two is zod. `import * as z` keeps the messages of other languages out, `import { z }` brings them.
  { name: '@utad/detector', budget: 152_000 },
  { name: '@utad/report', names: ['floatTiff'], budget: 1_500 },
  // Most of it are pages as text, and d3.
  { name: '@utad/report', budget: 145_000 },
  { name: '@utad/two-stage', budget: 185_000 },
  { name: '@utad/pipeline', names: ['PipelineError'], budget: 500 },
  // An eighth of it writes and runs ONNX graphs.
  { name: '@utad/pipeline', budget: 290_000 },
];

const external = ['@tensorflow/tfjs', 'onnxruntime-common', 'onnxruntime-node', 'onnxruntime-web'];

/** `{ what, budget, bytes, gzip }` for each budget of a package that is installed in this project. */
export async function sizesOf(name, project) {
  const rows = [];
  for (const { names, budget } of budgets.filter((row) => row.name === name)) {
    const what = names ? `{ ${names.join(', ')} }` : '*';
    const { text } = await bundleFor(project, `export ${what} from ${JSON.stringify(name)}`, { external });
    rows.push({
      what: `${what} from ${name}`,
      budget,
      bytes: Buffer.byteLength(text),
      gzip: gzipSync(text).length,
    });
  }
  return rows;
}

/**
 * Whether `sideEffects: false` is true to its word for a bundler: a bundle that imports one name from the main entry holds
 * something of those modules that one holds which imports this name straight from the module that defines it, and
 * importing nothing leaves nothing.
 *
 * @returns {Promise<string[]>} a line for each name that brings more.
 */
export async function shakingProblems({ name, manifest }, project) {
  const problems = [];
  const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const external = dependencies.flatMap((dependency) => [dependency, `${dependency}/*`]);
  const { text, modules } = await bundleFor(project, `import ${JSON.stringify(name)}`, { external });
  if (text.trim() !== '') problems.push(`importing no name leaves something of ${modules.join(', ')}`);

  const index = join(project, 'node_modules', name, 'dist', 'index.js');
  for (const exported of importsOf(index).map((one) => one.name)) {
    const modulesFrom = async (place) =>
      (await bundleFor(project, `export { ${exported} } from ${JSON.stringify(place)}`, { external }))
        .modules;
    const defining = await modulesFrom(definingModule(index, exported));
    const more = (await modulesFrom(name)).filter((module) => !defining.includes(module));
    if (more.length > 0) problems.push(`importing ${exported} brings ${more.join(', ')}`);
  }
  return problems;
}

/** What a module of the package imports from others of it. */
function importsOf(file) {
  const imports = readFileSync(file, 'utf8').matchAll(/^(?:im|ex)port \{([^}]*)\} from "(\.[^"]*)";$/gm);
  return [...imports].flatMap(([, names, module]) =>
    names.split(',').map((word) => ({ name: word.trim().split(' as ')[0], file: join(file, '..', module) })),
  );
}

/** By way of those that pass the name on. */
function definingModule(file, name) {
  const passed = importsOf(file).find((one) => one.name === name);
  return passed === undefined ? file : definingModule(passed.file, name);
}

/** The rows as a table, with those over their budget marked. */
export function sizeTable(rows) {
  const lines = rows.map(({ what, budget, bytes, gzip }) => [
    what,
    String(budget),
    `${bytes}${bytes > budget ? ' OVER' : ''}`,
    String(gzip),
  ]);
  return columns([['import', 'budget', 'minified', 'gzip'], ...lines]);
}
