// A prediction of many images is ended again and again, by signals, kills and a full disk, and resumed each time. No finished
// row may be lost, no picture half written, and the table in the end that of a prediction that nothing ended.
//
//   node scripts/rehearsals/predict-stops.mjs [--stops 5] [--images 60] [--seed 0] [--run RUN --photos PATH] [--backend cpu]
//     [--utad FILE] [--keep]
//
// Without --run a detector is trained that does next to nothing. The disk is full as in full-disk.mjs without permission to
// mount: no file may be longer than the table has to be.
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { randomSource, wholeNumber } from './random.mjs';
import { expectThat, howItEnded, rehearse } from './rehearsal.mjs';
import { throughFileLimit } from './small-disk.mjs';

const { values: options } = parseArgs({
  options: {
    stops: { type: 'string', default: '5' },
    images: { type: 'string', default: '60' },
    seed: { type: 'string', default: '0' },
    run: { type: 'string' },
    photos: { type: 'string' },
    backend: { type: 'string', default: 'cpu' },
    utad: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const stops = wholeNumber('predict-stops: --stops', options.stops, 1);
const images = wholeNumber('predict-stops: --images', options.images, 10);
const random = randomSource(wholeNumber('predict-stops: --seed', options.seed, 0));

const FULL = 'a full disk';
const KINDS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL', FULL];
const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, [FULL]: 1 };

await rehearse('predict-stops', options, async (rehearsal) => {
  const at = (...names) => join(rehearsal.folder, ...names);
  const args = await prepare(rehearsal);
  await rehearsal.run(args);
  renameSync(at('out'), at('quiet'));
  renameSync(at('table.csv'), at('quiet.csv'));
  const quiet = { table: readFileSync(at('quiet.csv'), 'utf8'), files: filesIn(at('quiet')) };
  const rows = new Set(rowsOf(quiet.table));
  rehearsal.say(`the quiet run wrote ${rows.size} rows and ${quiet.files.size} pictures`);

  let kept = new Set();
  let early = 0;
  for (let stop = 0; stop < stops; ) {
    const kind = KINDS[stop % KINDS.length];
    // On average a fair share of what is left, so that it lasts for the stops to come.
    const after = 1 + Math.floor((random() * 2 * (rows.size - kept.size)) / (stops - stop + 1));
    const limit = kind === FULL ? throughFileLimit(tableBytes(at) + 400 * after) : [];
    const attempt = rehearsal.start([...args, '--resume'], { through: limit });
    const disarm =
      kind === FULL ? () => {} : afterRows(attempt, at('table.csv.partial'), kept.size + after, kind);
    const ended = await attempt.ended;
    disarm();
    const now = expectWhole(at, quiet, rows);
    for (const row of kept) expectThat(now.has(row), `${kind}: a finished row is lost: ${row}`);
    kept = now;
    if (ended.status === 0) {
      expectThat(
        ++early <= stops,
        `${early} attempts ended before they were stopped: nothing is put to the test`,
      );
      rehearsal.say(`(ended before ${kind})`);
      if (kept.size === rows.size) break;
      continue;
    }
    stop += 1;
    const as = kind === 'SIGKILL' ? ended.signal === kind : ended.status === STATUS[kind];
    expectThat(as, `${kind}: ended with ${howItEnded(ended)}`);
    const last = ended.stderr.at(-1) ?? '';
    expectThat(kind === 'SIGKILL' || /--resume goes on/.test(last), `${kind}: said "${last}"`);
    rehearsal.say(`stop ${stop}/${stops} by ${kind}, ${kept.size} of ${rows.size} rows are done`);
  }

  await rehearsal.run([...args, '--resume']);
  expectThat(
    readFileSync(at('table.csv'), 'utf8') === quiet.table,
    'the table is another than that of the quiet run',
  );
  const names = (folder) => [...filesIn(folder).keys()].join('\n');
  expectThat(names(at('out')) === names(at('quiet')), 'the files are others than those of the quiet run');
  expectWhole(at, quiet, rows);
  const beside = readdirSync(rehearsal.folder).filter((name) => /^\.|^table\.csv\./.test(name));
  expectThat(beside.length === 0, `left over: ${beside.join(', ')}`);
  rehearsal.say(
    `${stops} stops, ${early} attempts that ended before; the same table and pictures as the quiet run`,
  );
});

/** @returns What predicts everything into `out` and `table.csv`. */
async function prepare(rehearsal) {
  const outputs = ['--out', 'out', '--csv', 'table.csv', '--backend', options.backend];
  if (options.run !== undefined)
    return ['predict', resolve(options.run), resolve(options.photos), ...outputs];
  const detector = fileURLToPath(new URL('../../examples/custom-detector/mean-image.mjs', import.meta.url));
  const counts = ['--train', '14', '--good', `${images}`, '--defective', '0'];
  await rehearsal.run(['data', 'synth', '--out', 'data', '--category', 'washer', ...counts]);
  const data = ['--dataset', 'mvtec', '--root', 'data', '--category', 'washer'];
  await rehearsal.run([
    'train',
    '--detector',
    detector,
    ...data,
    '--out',
    'run',
    '--backend',
    options.backend,
  ]);
  return ['predict', 'run', 'data/washer/test/good', '--detector', detector, ...outputs];
}

/** Signals once the table has so many good rows, and some part of an image later. */
function afterRows({ child }, table, count, signal) {
  let due;
  const look = setInterval(() => {
    if (due !== undefined || !existsSync(table) || goodRows(readFileSync(table, 'utf8')).length < count)
      return;
    due = setTimeout(() => child.kill(signal), random() * 40);
  }, 3);
  return () => {
    clearInterval(look);
    clearTimeout(due);
  };
}

/** Whole lines; the header is the first. */
function rowsOf(text) {
  return text.split('\r\n').slice(1, -1);
}

/** What failed for want of room is said in the last column but one, and is done again. */
function goodRows(text) {
  return rowsOf(text).filter((row) => !row.includes('cannot be written'));
}

function tableBytes(at) {
  return statSync(at('table.csv.partial'), { throwIfNoEntry: false })?.size ?? 0;
}

function filesIn(folder) {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.sort().map((path) => [relative(folder, path), readFileSync(path)]));
}

/** Every good row and every picture is that of the quiet run. */
function expectWhole(at, quiet, rows) {
  const table = [at('table.csv.partial'), at('table.csv')].find((path) => existsSync(path));
  const good = new Set(table === undefined ? [] : goodRows(readFileSync(table, 'utf8')));
  for (const row of good) expectThat(rows.has(row), `a row that the quiet run has not: ${row}`);
  const files = filesIn(at('out'));
  for (const [name, bytes] of files) {
    if (/\.[0-9a-f]{8}\.tmp$/.test(name)) continue;
    expectThat(quiet.files.get(name)?.equals(bytes), `${name} is not as the quiet run wrote it`);
  }
  for (const row of good) {
    const [map, overlay] = row.split(',').slice(5, 7);
    expectThat(existsSync(at(map)) && existsSync(at(overlay)), `no pictures of ${row}`);
  }
  return good;
}
