import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOfCode, overLimits } from './lines.mjs';

test('blank lines and comments of every kind are no lines of code', () => {
  const text = `#!/usr/bin/env node
// A line.
/* a
   block */
/** What it is. */
export const one = 1; // and its reason

/** @param a what @param b */
function two(/* nothing */) {
  // Empty.
}
/* before */ two();
`;
  assert.equal(linesOfCode(text), 4);
});

test('what looks like a comment in a string, a template or a regular expression is code', () => {
  const text = `const a = 'http://x'; const b = /\\/*[/*]/;
const c = \`
// in \${a /* not */}

/* in */
\`;
const d = a / 2; /* out */ const e = 3 / 1;
`;
  assert.equal(linesOfCode(text), 6);
});

test('the formatter decides how many lines a call takes', () => {
  assert.equal(linesOfCode('call(\n  a,\n  b,\n);\n'), 4);
  assert.equal(linesOfCode('call(a, b);'), 1);
  assert.equal(linesOfCode(''), 0);
});

test('a limit is for the code below a path, without its tests', () => {
  const counts = [
    { file: 'apps/cli/src/main.ts', test: false, lines: 30 },
    { file: 'apps/cli/src/train/command.ts', test: false, lines: 20 },
    { file: 'apps/cli/src/main.test.ts', test: true, lines: 500 },
    { file: 'apps/cli/test/main.test.ts', test: true, lines: 500 },
  ];
  assert.deepEqual(overLimits(counts, ['apps/cli/src=50']), []);
  assert.deepEqual(overLimits(counts, ['apps/cli=50', 'apps/cli/src/=49']), [
    'apps/cli/src: expected at most 49 lines, found 50',
  ]);
  assert.throws(() => overLimits(counts, ['apps/cli/scr=50']), /expected code in apps\/cli\/scr/);
  assert.throws(() => overLimits(counts, ['apps/cli/src']), /expected --most PATH=LINES/);
});
