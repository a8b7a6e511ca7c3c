// How many lines of code there are: those that hold something besides spaces and comments, as the formatter leaves them
// (`biome ci` refuses others), for each package and folder, tests apart.
//
//   node scripts/checks/lines.mjs [ROOT] [--most PATH=LINES]...
//
// --most fails when the code below a path, tests left out, has more lines: `--most apps/cli/src=3000`.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { columns } from '../columns.mjs';

const CODE = /\.(ts|js|mjs|cjs)$/;
const LEFT_OUT = /^(node_modules|dist|coverage|runs|docs|\..*)$/;
const TEST = /(^|\/)(test|e2e|testing)\/|\.test\.\w+$/;

/** Of the parser's tokens, since only it tells a regular expression or a template from a comment. */
export function linesOfCode(text) {
  const source = ts.createSourceFile('code.ts', text, ts.ScriptTarget.Latest, true);
  const all = text.split(/\r?\n/);
  const lines = new Set();
  const visit = (node) => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(source);
    for (const child of children) visit(child);
    if (children.length > 0 || node.getWidth(source) === 0) return;
    const { line: last } = source.getLineAndCharacterOfPosition(node.getEnd());
    let { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    for (; line <= last; line += 1) if (all[line].trim() !== '') lines.add(line);
  };
  visit(source);
  return lines.size;
}

/** `{ file, test, lines }` of each file of code, with the file's path from the root. */
export function countIn(root) {
  const files = [];
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (LEFT_OUT.test(entry.name)) continue;
      if (entry.isDirectory()) walk(path);
      else if (CODE.test(entry.name)) files.push(path);
    }
  };
  walk('');
  return files.sort().map((file) => {
    const lines = linesOfCode(readFileSync(join(root, file), 'utf8'));
    return { file, test: TEST.test(file), lines };
  });
}

/** `packages/core` and `apps/cli`; otherwise the folder at the top. */
function placeOf(file) {
  const parts = file.split('/');
  if (parts.length === 1) return '.';
  return parts.slice(0, ['packages', 'apps'].includes(parts[0]) ? 2 : 1).join('/');
}

function table(counts) {
  const row = (name, belongs) => {
    const sums = [false, true].flatMap((test) => {
      const kind = counts.filter((one) => one.test === test && belongs(one.file));
      return [kind.length, kind.reduce((sum, { lines }) => sum + lines, 0)];
    });
    return [name, ...sums.map(String)];
  };
  const places = [...new Set(counts.map(({ file }) => placeOf(file)))];
  return columns([
    ['', 'files', 'lines', 'test files', 'test lines'],
    ...places.map((place) => row(place, (file) => placeOf(file) === place)),
    row('packages and apps', (file) => /^(packages|apps)\//.test(file)),
    row('all', () => true),
  ]);
}

/** A line for each limit, `apps/cli/src=3000`, that is passed. */
export function overLimits(counts, limits) {
  return limits.flatMap((limit) => {
    const [, path, most] = /^(.+?)\/?=(\d+)$/.exec(limit) ?? [];
    if (path === undefined) throw new Error(`lines: expected --most PATH=LINES, received ${limit}`);
    const below = counts.filter(({ file, test }) => !test && file.startsWith(`${path}/`));
    if (below.length === 0) throw new Error(`lines: expected code in ${path}, found none`);
    const sum = below.reduce((total, { lines }) => total + lines, 0);
    return sum > Number(most) ? [`${path}: expected at most ${most} lines, found ${sum}`] : [];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { most: { type: 'string', multiple: true, default: [] } },
    allowPositionals: true,
  });
  const counts = countIn(resolve(positionals[0] ?? fileURLToPath(new URL('../..', import.meta.url))));
  process.stdout.write(`${table(counts)}\n`);
  const over = overLimits(counts, values.most);
  for (const line of over) process.stderr.write(`lines: ${line}\n`);
  process.exitCode = over.length === 0 ? 0 : 1;
}
