/**
 * Judges VGG-19 weights by the anomalies that are found with them: image AUROC of the same trained detectors with one set of
 * weights after the other.
 *
 *   node weights/dist/judge.js --bundles FOLDER --mnist FOLDER --cifar10 FOLDER --mvtec FOLDER \
 *     [--only NAME] WEIGHTS...
 *
 * WEIGHTS are `random`, `bundled`, or paths of a `.safetensors` file or a manifest's folder. A detector that is not in
 * `--bundles` is trained first, by the command line. Prints a table.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BackboneWeights, randomWeights, vgg19 } from '@utad/features';
import { bundledVgg19Weights, readWeights } from '@utad/features/node';
import { useBackend } from '@utad/runtime/node';
import { type JudgeSet, judgeSets, runOf } from './judge-sets';
import { scoreSet } from './score-set';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bundles: { type: 'string' },
    mnist: { type: 'string' },
    cifar10: { type: 'string' },
    mvtec: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});
const { bundles, mnist, cifar10, mvtec, only } = values;
if (!bundles || !mnist || !cifar10 || !mvtec || positionals.length === 0) {
  console.error('expected --bundles, --mnist, --cifar10 and --mvtec, each with a folder, and weights');
  process.exit(2);
}

await useBackend();
const judged = await Promise.all(positionals.map(async (name) => ({ name, weights: await weightsOf(name) })));
const columns = judged.map(({ name }) => basename(name));
console.log(`| set | score | ${columns.join(' | ')} |\n| --- | --- |${' --- |'.repeat(columns.length)}`);
const sums = new Map<string, number[]>();
for (const set of judgeSets({ mnist, cifar10, mvtec }).filter(({ name }) => name.includes(only))) {
  const run = runOf(bundles, set);
  if (!existsSync(join(run, 'bundle', 'utad.json'))) train(set, run);
  const results = [];
  for (const { weights } of judged) results.push(await scoreSet(set, join(run, 'bundle'), weights));
  for (const score of ['mean', 'max'] as const) {
    const row = results.map((result) => result[score]);
    const protocol = set.score === score;
    if (protocol) sums.set(set.name, row);
    const cells = row.map((value) => (protocol ? `**${value.toFixed(3)}**` : value.toFixed(3)));
    console.log(`| ${set.name} | ${score} | ${cells.join(' | ')} |`);
  }
}
const means = columns.map((_, column) => {
  const all = [...sums.values()].map((row) => row[column] ?? Number.NaN);
  return (all.reduce((sum, value) => sum + value, 0) / all.length).toFixed(3);
});
console.log(`| mean of the bold | | ${means.join(' | ')} |`);

async function weightsOf(name: string): Promise<BackboneWeights> {
  if (name === 'random') return randomWeights(vgg19, 0);
  return name === 'bundled' ? bundledVgg19Weights() : readWeights(vgg19, name);
}

/** By another process: what a user would type. */
function train({ name, train: options }: JudgeSet, run: string): void {
  const utad = fileURLToPath(new URL('../../apps/cli/bin/utad.js', import.meta.url));
  const options_ = [utad, 'train', ...options, '--seed', '0', '--force', '--out', run];
  console.error(`${name}: utad ${options_.slice(1).join(' ')}`);
  const { status } = spawnSync(process.execPath, options_, { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${name}: training ended with status ${status}`);
}
