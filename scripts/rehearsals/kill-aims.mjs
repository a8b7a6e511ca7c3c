// When to kill: moments are drawn at random, but spread over all that a training does, most of which takes no time.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expectThat, howItEnded } from './rehearsal.mjs';
import { eventsOf } from './run-state.mjs';
import { STAGES, TOTAL_STEPS } from './tiny-training.mjs';
import { onNames } from './watch-names.mjs';

/** Share of the kills by which the steps are to be taken; the others meet thresholds and bundle. */
const WHILE_TRAINING = 0.8;
/** The first ones meet a run that has no folder yet. */
const EARLIEST = 4;

/**
 * Runs a training to its end and learns how long its parts take, in milliseconds.
 *
 * @returns start: to the first step; warm: from there to the first checkpoint, since first steps are slow; step: one of
 * the others; write: of a checkpoint; tail: after the last step.
 */
export async function watchQuietRun(rehearsal, args, run) {
  const attempt = rehearsal.start(args);
  let first;
  let staged;
  const writes = [];
  let warm;
  let last = 0;
  const stop = onNames(run, (name) => {
    const now = performance.now() - attempt.began;
    if (name === 'events.jsonl') first ??= now;
    if (name.startsWith('checkpoint.new-')) staged ??= now;
    if (name === 'checkpoint') {
      if (staged !== undefined) writes.push(now - staged);
      staged = undefined;
      warm ??= now - first;
      last = now;
    }
  });
  const ended = await attempt.ended;
  stop();
  expectThat(ended.status === 0, `the quiet run ended with ${howItEnded(ended)}`);
  const types = new Set(eventsOf(run).map(({ type }) => type));
  expectThat(
    types.has('checkpoint') && first !== undefined && writes.length > 0,
    'no checkpoint was seen to be written',
  );
  const total = ended.milliseconds;
  const median = writes.sort((a, b) => a - b)[writes.length >> 1];
  const step = (last - first - warm) / TOTAL_STEPS;
  return { total, start: first, warm, step, write: median, tail: total - last };
}

/**
 * Draws the next moment.
 *
 * @returns {{ name: string, arm: (attempt, run: string) => () => void }}
 */
export function aimOf({ random, pace, left, of, stepsLeft }) {
  const done = of - left;
  if (done < EARLIEST || random() < 0.1) return atTime('anywhere in the start', random() * pace.start);
  if (stepsLeft === 0) {
    const where = random();
    if (where < 0.4) return afterLine('anywhere after the steps', /^training on /, random() * pace.tail);
    if (where < 0.6) return atName('at the history', /^history/, 1 + Math.floor(random() * 3), 0);
    return atName('at the bundle', /^bundle/, 1 + Math.floor(random() * 4), random() * pace.write * 2);
  }
  // On average a fair share of the steps that are left, so that they last for the kills that are to meet them.
  const killsForSteps = Math.max(1, Math.ceil(of * WHILE_TRAINING) - done);
  const most = Math.max(2, (2 * stepsLeft) / killsForSteps);
  if (random() < 0.5) return afterStart('among the steps', random() * (pace.warm + most * pace.step));
  return atName('at a checkpoint', /^checkpoint/, 1 + Math.floor(random() * most * 2), random() * pace.write);
}

function atTime(name, delay) {
  return {
    name,
    arm: ({ child }) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), delay);
      return () => clearTimeout(timer);
    },
  };
}

/** So long after a line on stderr. */
function afterLine(name, pattern, delay) {
  return {
    name,
    arm: ({ child, lines }) => {
      let timer;
      lines.on('line', (line) => {
        if (pattern.test(line)) timer ??= setTimeout(() => child.kill('SIGKILL'), delay);
      });
      return () => clearTimeout(timer);
    },
  };
}

/** So long after the first sign of training. */
const afterStart = (name, delay) => atName(name, /^events\.jsonl$/, 1, delay);

/** When a name like this has appeared, changed or gone in the run's folder so many times, and a little later. */
function atName(name, pattern, times, delay) {
  return {
    name,
    arm: ({ child }, run) => {
      let seen = 0;
      let timer;
      const stop = onNames(run, (changed) => {
        if (!pattern.test(changed) || ++seen !== times) return;
        // A timer's shortest wait is longer than a checkpoint's renamings.
        if (delay < 1) child.kill('SIGKILL');
        else timer = setTimeout(() => child.kill('SIGKILL'), delay);
      });
      return () => {
        stop();
        clearTimeout(timer);
      };
    },
  };
}

/** Where a training was when it was killed, as what it left behind tells. */
export function phaseOf({ folder, run, namesBefore, attempt, events, ended, trained, pace }) {
  if (readdirSync(folder).some((name) => name.startsWith(`${basename(run)}.new-`)))
    return 'while the run folder was made';
  if (!existsSync(join(run, 'config.json'))) return 'before there was a run folder';
  const names = readdirSync(run);
  const isNew = (name) => !namesBefore.includes(name);
  for (const [part, what] of [
    ['checkpoint', 'a checkpoint'],
    ['bundle', 'the bundle'],
  ]) {
    if (names.some((name) => name.startsWith(`${part}.new-`) && isNew(name)))
      return `while ${what} was written`;
    if (names.some((name) => name === `${part}.previous` && isNew(name)))
      return `while ${what} changed names`;
  }
  if (names.some((name) => name.endsWith('.tmp') && isNew(name))) return 'while the history was written';
  const last = events.at(-1);
  const ieNet = STAGES[0].name;
  if (last?.type === 'checkpoint' && last.step === 0)
    return last.stage === ieNet ? 'between the stages' : 'after the steps';
  if (last !== undefined)
    return `in ${last.stage}, after ${last.type === 'epoch' ? 'an epoch' : `a ${last.type}`}`;
  if (!trained) return 'in the start of a resumed run';
  const written = (name) => names.includes(name) && statSync(join(run, name)).mtimeMs >= attempt.beganAt;
  if (written('bundle')) return 'after the bundle';
  if (written('history.json')) return 'between history and bundle';
  return ended.milliseconds > pace.start ? 'after the steps' : 'in the start of a resumed run';
}
