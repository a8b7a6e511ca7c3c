// The disk is full while a training writes its checkpoints. It has to end with one line that says so, keep the last good
// checkpoint, leave nothing half written, and go on from there once there is room, to the bundle of an undisturbed run.
//
//   node scripts/rehearsals/full-disk.mjs [--disk mount|unshare|limit] [--backend tfjs-node] [--utad FILE] [--keep]
//
// The disk is a small file system in memory: mounted where that is permitted (root), else in a name space of its own
// (unshare). Plain containers permit neither; there, a limit on the size of files stands in, which the checkpoints of
// the second stage exceed: it tests the same paths, with EFBIG instead of ENOSPC.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { expectThat, howItEnded, rehearse } from './rehearsal.mjs';
import { eventsOf, expectContinued, expectSameRun, savedPosition } from './run-state.mjs';
import { canMount, canUnshare, mountSmallDisk, throughFileLimit, UNSHARE } from './small-disk.mjs';
import { prepareTraining, resumeArguments, trainArguments } from './tiny-training.mjs';
import { onNames } from './watch-names.mjs';

const { values: options } = parseArgs({
  options: {
    disk: { type: 'string' },
    backend: { type: 'string', default: 'tfjs-node' },
    utad: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
/** Room for a few more events, but for no checkpoint; and none at all. */
const CASES = { 'no room for a checkpoint': 24 * 1024, 'not a byte left': 0 };

const disk = options.disk ?? (canMount() ? 'mount' : canUnshare() ? 'unshare' : 'limit');
if (disk === 'unshare' && canUnshare()) {
  const again = [fileURLToPath(import.meta.url), ...process.argv.slice(2), '--disk', 'mount'];
  const [file, ...args] = [...UNSHARE, process.execPath, ...again];
  process.exitCode = spawnSync(file, args, { stdio: 'inherit' }).status ?? 1;
} else {
  await rehearse('full-disk', options, (rehearsal) => rehearseFullDisk(rehearsal, disk));
}

async function rehearseFullDisk(rehearsal, disk) {
  if (disk === 'unshare' || (disk === 'mount' && !canMount())) {
    rehearsal.say(`skipped: --disk ${disk}: mounting a file system is not permitted here`);
    return;
  }
  const { backend } = options;
  await prepareTraining(rehearsal);
  const sizes = await quietRun(rehearsal, backend);
  if (disk === 'limit') return withFileLimit(rehearsal, backend, sizes);
  const small = mountSmallDisk(rehearsal);
  for (const [name, left] of Object.entries(CASES)) {
    await withFullDisk(rehearsal, backend, { disk: small, name, left });
  }
}

/** Runs the training undisturbed; tells how large its checkpoints were, smallest first. */
async function quietRun(rehearsal, backend) {
  const run = join(rehearsal.folder, 'quiet');
  const attempt = rehearsal.start(trainArguments('quiet', backend));
  const sizes = new Set();
  const stop = onNames(run, (name) => {
    if (name !== 'checkpoint') return;
    const size = statSync(join(run, 'checkpoint', 'tensors.bin'), { throwIfNoEntry: false })?.size;
    if (size !== undefined) sizes.add(size);
  });
  const ended = await attempt.ended;
  stop();
  expectThat(ended.status === 0, `the quiet run ended with ${howItEnded(ended)}`);
  rehearsal.say(`the quiet run took ${ended.milliseconds.toFixed(0)} ms`);
  return [...sizes].sort((a, b) => a - b);
}

async function withFullDisk(rehearsal, backend, { disk, name, left }) {
  const out = join('disk', name.replaceAll(' ', '-'));
  const run = join(rehearsal.folder, out);
  const attempt = rehearsal.start(trainArguments(out, backend));
  const stop = onceSaved(attempt, run, () => disk.fill(left));
  const ended = await attempt.ended;
  stop();
  expectFailure(rehearsal, name, run, ended);
  const saved = savedPosition(eventsOf(run));
  expectThat(saved > 0, `${name}: expected a checkpoint from before, found none`);
  const again = await rehearsal.start(resumeArguments(out)).ended;
  expectFailure(rehearsal, `${name}, resumed without room`, run, again);
  disk.free();
  await goOn(rehearsal, name, out, saved);
}

async function withFileLimit(rehearsal, backend, sizes) {
  const name = 'files limited in size';
  expectThat(sizes.length > 1, `expected checkpoints of several sizes, found ${sizes.join(', ')} bytes`);
  const limit = (sizes.at(-2) + sizes.at(-1)) / 2;
  const attempt = rehearsal.start(trainArguments('limited', backend), { through: throughFileLimit(limit) });
  const run = join(rehearsal.folder, 'limited');
  expectFailure(rehearsal, name, run, await attempt.ended);
  const saved = savedPosition(eventsOf(run));
  expectThat(saved > 0, `${name}: expected a checkpoint from before, found none`);
  await goOn(rehearsal, name, 'limited', saved);
}

/** Holds the training still once it has saved a checkpoint and is not about to change files, and does something. */
function onceSaved({ child }, run, work) {
  let done = false;
  const look = () => {
    child.kill('SIGSTOP');
    const atRest = !readdirSync(run).some(isPartial);
    if (atRest && eventsOf(run).at(-1)?.type === 'checkpoint') {
      done = true;
      work();
    }
    child.kill('SIGCONT');
  };
  return onNames(run, (name) => {
    if (!done && name === 'events.jsonl') look();
  });
}

function isPartial(name) {
  return /\.new\b|\.previous$|\.tmp$/.test(name);
}

/** Status 1, one line that says why, and nothing half written in the run. */
function expectFailure(rehearsal, name, run, ended) {
  expectThat(ended.status === 1, `${name}: expected status 1, the training ended with ${howItEnded(ended)}`);
  const said = ended.stderr.filter((line) => line.startsWith('utad: '));
  const last = ended.stderr.at(-1);
  expectThat(
    said.length === 1 && said[0] === last && !ended.stderr.some((line) => /^\s+at /.test(line)),
    `${name}: expected one line about the failure, received ${JSON.stringify(ended.stderr.slice(-4))}`,
  );
  expectThat(
    /no space left|disk is full|ENOSPC|file too large|EFBIG/i.test(last),
    `${name}: expected a line that says that the disk is full, received "${last}"`,
  );
  const partial = readdirSync(run).filter(isPartial);
  expectThat(partial.length === 0, `${name}: left over: ${partial.join(', ')}`);
  rehearsal.say(`${name}: ended with "${last}"`);
}

/** With room again, the run goes on from the checkpoint that it told of, or the one after, to the quiet one's bundle. */
async function goOn(rehearsal, name, out, saved) {
  const run = join(rehearsal.folder, out);
  const before = eventsOf(run).length;
  await rehearsal.run(resumeArguments(out));
  const from = expectContinued(eventsOf(run).slice(before), saved);
  const hash = expectSameRun(run, join(rehearsal.folder, 'quiet'), `${name}: the run against the quiet one`);
  rehearsal.say(`${name}: went on from step ${from} to the same bundle as the quiet run: ${hash}`);
}
