// node scripts/node-versions.mjs [VERSION ...]: the built command line on several versions of Node, each brought by
// the npm package `node`. On every one `utad doctor` runs, and a short training, which must reach the same losses on
// all. Prints a table; exits 1 where something failed. Default versions: 20 22 24 26. Build first.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columns } from './columns.mjs';
import { run } from './run.mjs';
import { main, SetupError, utad } from './setup.mjs';

const VERSIONS = ['20', '22', '24', '26'];

const DATA = [
  ...['data', 'synth', '--out', 'data', '--category', 'washer', '--size', '64'],
  ...['--train', '16', '--good', '1', '--defective', '1'],
];
const TRAINING = [
  ...['train', '--json', '--dataset', 'mvtec', '--root', 'data', '--category', 'washer'],
  ...['--vgg19', 'random', '--preset', 'small', '--epochs', '2', '--set', 'training.ieNet.batchSize=4'],
  ...['--set', 'training.expertNet.batchSize=4'],
];

/** utad on a version of Node: its status, seconds and the JSON document on its stdout. */
async function onNode(version, args, folder) {
  const began = performance.now();
  const npx = ['--yes', '--package', `node@${version}`, 'node', utad, ...args];
  const { status, output, interrupted } = await run('npx', npx, { quiet: true, cwd: folder });
  if (interrupted) throw new SetupError('interrupted', 130);
  return { status, output, seconds: (performance.now() - began) / 1000, document: documentIn(output) };
}

/** Both streams come together, and the document is the only thing that starts and ends with a brace on its own. */
function documentIn(output) {
  const text = /^\{$.*^\}$/ms.exec(output)?.[0];
  return text === undefined ? undefined : JSON.parse(text);
}

async function check(version, folder) {
  const doctor = await onNode(version, ['doctor', '--json'], folder);
  const training = await onNode(version, [...TRAINING, '--out', join(folder, `run-${version}`)], folder);
  const { node = '?', backends = [], chosen = '?' } = doctor.document ?? {};
  const wrong = backends.flatMap(({ gradients }) => gradients.wrong);
  const measured = backends.filter(({ gradients }) => gradients.checked > 0).map(({ name }) => name);
  const losses = Object.values(training.document?.losses ?? {}).map(finalLoss);
  const problems = wrong.map(({ message }) => message);
  if (!node.startsWith(`${version}.`)) problems.push(`doctor ran on Node ${node}`);
  for (const [what, { status, output }] of Object.entries({ doctor, training }))
    if (status !== 0) problems.push(`${what} ended with ${status}\n${output}`);
  if (losses.length !== 2 || !losses.every(Number.isFinite)) problems.push('no losses of two stages');
  return { version: node, measured, chosen, wrong: wrong.length, losses, doctor, training, problems };
}

const finalLoss = ({ end }) => end.total;

function rowOf({ version, measured, chosen, wrong, losses, doctor, training }) {
  return [
    version,
    chosen,
    measured.join(' '),
    String(wrong),
    `${doctor.seconds.toFixed(0)} s`,
    losses.map((loss) => loss.toPrecision(6)).join(' '),
    `${training.seconds.toFixed(0)} s`,
  ];
}

await main(async () => {
  const versions = process.argv.length > 2 ? process.argv.slice(2) : VERSIONS;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'utad-node-versions-')));
  try {
    const drawn = await run(process.execPath, [utad, ...DATA], { quiet: true, cwd: folder });
    if (drawn.status !== 0) throw new SetupError(drawn.output, drawn.status);
    const results = [];
    for (const version of versions) {
      process.stderr.write(`node ${version} ...\n`);
      results.push(await check(version, folder));
    }
    const header = ['node', 'trains on', 'checked', 'wrong', 'doctor', 'losses', 'training'];
    process.stdout.write(`${columns([header, ...results.map(rowOf)])}\n`);
    const problems = results.flatMap((result, i) =>
      result.problems.map((problem) => `node ${versions[i]}: ${problem}`),
    );
    const [first] = results;
    for (const { version, losses, chosen } of results) {
      if (chosen === first.chosen && String(losses) !== String(first.losses))
        problems.push(`node ${version}: losses ${losses}, on Node ${first.version} ${first.losses}`);
    }
    for (const problem of problems) process.stderr.write(`${problem}\n`);
    return problems.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
