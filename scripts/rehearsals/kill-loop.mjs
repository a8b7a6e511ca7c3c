// A short training of both stages is killed again and again, wherever it happens to be, and resumed each time. It has to
// end with the bundle of one that nothing disturbed.
//
//   node scripts/rehearsals/kill-loop.mjs [--kills 50] [--seed 0] [--backend tfjs-node] [--utad FILE] [--keep]
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { aimOf, phaseOf, watchQuietRun } from './kill-aims.mjs';
import { randomSource, wholeNumber } from './random.mjs';
import { expectThat, howItEnded, rehearse } from './rehearsal.mjs';
import { eventsOf, expectContinued, expectSameRun, listing, savedPosition } from './run-state.mjs';
import { prepareTraining, resumeArguments, TOTAL_STEPS, trainArguments } from './tiny-training.mjs';

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '0' },
    backend: { type: 'string', default: 'tfjs-node' },
    utad: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const kills = wholeNumber('kill-loop: --kills', options.kills, 1);
const seed = wholeNumber('kill-loop: --seed', options.seed, 0);

await rehearse('kill-loop', options, async (rehearsal) => {
  await prepareTraining(rehearsal);
  const { backend } = options;
  const quiet = join(rehearsal.folder, 'quiet');
  const pace = await watchQuietRun(rehearsal, trainArguments('quiet', backend), quiet);
  rehearsal.say(
    `the quiet run took ${pace.total.toFixed(0)} ms, ${pace.start.toFixed(0)} ms of them to its first step; seed ${seed}`,
  );

  const run = join(rehearsal.folder, 'cut');
  const random = randomSource(seed);
  const landed = new Map();
  let completed = 0;
  let resumed = 0;
  for (let kill = 0; kill < kills; ) {
    const isRun = existsSync(join(run, 'config.json'));
    if (isRun) resumed += 1;
    const before = eventsOf(run);
    const saved = savedPosition(before);
    const namesBefore = isRun ? readdirSync(run) : [];
    const aim = aimOf({ random, pace, left: kills - kill, of: kills, stepsLeft: TOTAL_STEPS - saved });
    const attempt = rehearsal.start(isRun ? resumeArguments('cut') : trainArguments('cut', backend));
    const disarm = aim.arm(attempt, run);
    const ended = await attempt.ended;
    disarm();
    const events = eventsOf(run).slice(before.length);
    expectContinued(events, saved);
    if (ended.signal !== 'SIGKILL') {
      expectThat(ended.status === 0, `an attempt between kills ended with ${howItEnded(ended)}`);
      completed += 1;
      expectThat(
        completed <= 2 * kills,
        `${completed} attempts ended before their kill: nothing is put to the test`,
      );
      rehearsal.say(`(ended before the kill that was aimed ${aim.name}; it is resumed all the same)`);
      continue;
    }
    kill += 1;
    const { folder } = rehearsal;
    const trained = saved === TOTAL_STEPS;
    const phase = phaseOf({ folder, run, namesBefore, attempt, events, ended, trained, pace });
    landed.set(phase, (landed.get(phase) ?? 0) + 1);
    const now = savedPosition(eventsOf(run));
    rehearsal.say(
      `kill ${kill}/${kills} after ${ended.milliseconds.toFixed(0)} ms, aimed ${aim.name}, landed ${phase}; ${now}/${TOTAL_STEPS} steps saved`,
    );
  }
  const isRun = existsSync(join(run, 'config.json'));
  await rehearsal.run(isRun ? resumeArguments('cut') : trainArguments('cut', backend));

  const hash = expectSameRun(run, quiet, 'the killed run against the quiet one');
  const beside = listing(rehearsal.folder).filter((name) => !/^(data|quiet|cut|tiny\.json)(\/|$)/.test(name));
  expectThat(beside.length === 0, `left over beside the run: ${beside.join(', ')}`);
  for (const [phase, count] of [...landed].sort())
    rehearsal.say(`${String(count).padStart(3)} kills ${phase}`);
  rehearsal.say(
    `${kills} kills, ${resumed + 1} resumes, ${completed} attempts that ended before their kill; the same bundle as the quiet run: ${hash}`,
  );
});
