// What a run folder tells, read from outside and without changing anything.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectThat, Failure } from './rehearsal.mjs';
import { CHECKPOINT_EVERY, positionOf, STAGES } from './tiny-training.mjs';

/**
 * The events of a run. Each line has to be one: whatever ends a training, its log can be read on.
 *
 * @returns {readonly Record<string, unknown>[]}
 */
export function eventsOf(run) {
  const path = join(run, 'events.jsonl');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  expectThat(lines.pop() === '', `${path}: expected a line end after the last event`);
  return lines.map((line, index) => parseEvent(line, `${path}:${index + 1}`));
}

function parseEvent(line, place) {
  try {
    return JSON.parse(line);
  } catch {
    throw new Failure(`${place}: expected an event, found ${line.slice(0, 80)}`);
  }
}

/**
 * Steps that the last checkpoint held, as the events tell: it is written before it is told of, so that one more may be
 * there. Step 0 of a stage is what is saved after its end.
 */
export function savedPosition(events) {
  const last = events.findLast(({ type }) => type === 'checkpoint' || type === 'stage');
  if (last === undefined) return 0;
  if (last.type === 'stage') return positionOf(last.stage, last.from);
  const { steps } = STAGES.find(({ name }) => name === last.stage);
  return positionOf(last.stage, last.step === 0 ? steps : last.step);
}

/**
 * A resumed training begins where the last checkpoint that it told of was taken, or the one after.
 *
 * @param events since it was resumed.
 * @returns where it begins, if it came to that.
 */
export function expectContinued(events, saved) {
  const stage = events.find(({ type }) => type === 'stage');
  if (stage === undefined) return undefined;
  const from = positionOf(stage.stage, stage.from);
  expectThat(
    from >= saved && from <= saved + CHECKPOINT_EVERY,
    `expected to go on from step ${saved} or the next checkpoint, went on from ${from}`,
  );
  return from;
}

/** Every file and folder below one, by path. */
export const listing = (folder) => readdirSync(folder, { recursive: true }).sort();

/** Every file of a bundle with its hash, in one hash. */
function bundleHash(run) {
  const bundle = join(run, 'bundle');
  const hash = createHash('sha256');
  const files = readdirSync(bundle, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).sort()) {
    hash
      .update(path.slice(bundle.length))
      .update('\0')
      .update(createHash('sha256').update(readFileSync(path)).digest());
  }
  return hash.digest('hex');
}

/** Losses of every epoch, without the seconds that they took. */
function lossesOf(run) {
  const history = JSON.parse(readFileSync(join(run, 'history.json'), 'utf8'));
  return JSON.stringify(history, (key, value) => (/seconds/i.test(key) ? undefined : value));
}

/** Two runs have to be the same in all but the time they took: the same files, bundle and losses. */
export function expectSameRun(actual, expected, names) {
  const [found, wanted] = [listing(actual), listing(expected)];
  const extra = found.filter((name) => !wanted.includes(name));
  const missing = wanted.filter((name) => !found.includes(name));
  expectThat(extra.length === 0, `${names}: left over: ${some(extra)}`);
  expectThat(missing.length === 0, `${names}: missing: ${some(missing)}`);
  const [hash, wantedHash] = [bundleHash(actual), bundleHash(expected)];
  expectThat(hash === wantedHash, `${names}: expected the bundle ${wantedHash}, found ${hash}`);
  expectThat(
    lossesOf(actual) === lossesOf(expected),
    `${names}: expected the losses of the quiet run, found others`,
  );
  return hash;
}

function some(names) {
  const most = 6;
  return names.slice(0, most).join(', ') + (names.length > most ? ` and ${names.length - most} more` : '');
}
