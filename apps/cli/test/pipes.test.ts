import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../bin/utad.js', import.meta.url));
const hasBash = existsSync('/bin/bash');

/** The exit code of the built program in a line of bash, where it stands as `$utad`, and what went to stderr. */
function inBash(line: string): { code: number; stderr: string } {
  const script = `utad="${process.execPath} ${bin}"; ${line}`;
  const { stderr } = spawnSync('/bin/bash', ['-c', script], { encoding: 'utf8' });
  const lines = stderr.trimEnd().split('\n');
  return { code: Number(lines.pop()), stderr: lines.join('\n') };
}

it.skipIf(!hasBash).each([
  ['a reader that reads nothing', '$utad --help | true; echo $PIPESTATUS >&2', 0],
  ['a reader of one line', '$utad presets paper | head -1 >/dev/null; echo $PIPESTATUS >&2', 0],
  ['errors that nobody reads', '{ $utad nope; echo $? >&3; } 3>&2 2>&1 >/dev/null | true', 2],
  ['no stderr', '$utad nope 2>&-; echo $? >&2', 2],
  ['no stdout', '$utad presets >&-; echo $? >&2', 0],
])('%s changes no exit code and brings no stack', (_, line, code) => {
  expect(inBash(line)).toEqual({ code, stderr: '' });
});

it.skipIf(!hasBash || !existsSync('/dev/full'))(
  'a result that could not be written is an error on one line',
  () => {
    expect(inBash('$utad presets >/dev/full; echo $? >&2')).toEqual({
      code: 1,
      stderr: 'utad: expected stdout to take the result: ENOSPC: no space left on device, write',
    });
  },
);
