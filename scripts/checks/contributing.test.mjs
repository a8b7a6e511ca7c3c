import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HOUSE } from './house.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');

/** The cells of the table below a heading, without its head. */
function tableBelow(heading) {
  const lines = guide.slice(guide.indexOf(`${heading}\n`)).split('\n');
  const first = lines.findIndex((line) => line.startsWith('| --- |'));
  const rows = lines.slice(first + 1);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const quoted = (cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text);
const isPath = (text) => /^(packages|apps|examples|scripts)\/[^ ]+$/.test(text);
const hasName = (path, name) => new RegExp(`\\b${name}\\b`).test(readFileSync(join(root, path), 'utf8'));

test('the house is told as it is checked: every package, below those that it may import', () => {
  const told = tableBelow('## The house').flatMap(([cell]) => quoted(cell));
  assert.deepEqual([...told].sort(), readdirSync(join(root, 'packages')).sort());
  for (const [index, name] of told.entries()) {
    const below = HOUSE[name].filter((other) => told.indexOf(other) > index);
    assert.deepEqual(below, [], `${name} stands above what it may import`);
  }
});

test('the house is told as it is checked: what the lower packages may import', () => {
  const rows = tableBelow('## The house').filter(([, , may]) => !may.includes('all'));
  assert.ok(rows.length > 10);
  for (const [names, , may] of rows) {
    const allowed = may === '' ? [] : may.split(', ');
    for (const name of quoted(names)) assert.deepEqual(HOUSE[name], allowed, name);
  }
});

test('what "Where is what" names is there', () => {
  const rows = tableBelow('### Where is what');
  assert.ok(rows.length > 15);
  for (const [, file, names] of rows) {
    const [path] = quoted(file);
    for (const name of quoted(names)) assert.ok(hasName(path, name), `${name} in ${path}`);
  }
});

test('what "What to touch" names is there', () => {
  const rows = tableBelow('### What to touch');
  assert.ok(rows.length >= 5);
  for (const [what, touch] of rows) {
    const paths = quoted(touch).filter(isPath);
    assert.notEqual(paths.length, 0, what);
    for (const path of paths) {
      // The new file has a name of its own; its folder is there.
      const there = path.includes('<name>') ? dirname(path) : path;
      assert.ok(existsSync(join(root, there)), `${there}, to add ${what}`);
      assert.equal(statSync(join(root, there)).isFile(), there === path, path);
    }
    for (const [, name, path] of touch.matchAll(/`(\w+)` of\s+`([^`]+)`/g)) {
      assert.ok(hasName(path, name), `${name} in ${path}, to add ${what}`);
    }
  }
});
