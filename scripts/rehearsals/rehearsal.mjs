// What the rehearsals share: a scratch folder and child processes that are gone whatever happens, and one line a step.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const builtUtad = fileURLToPath(new URL('../../apps/cli/bin/utad.js', import.meta.url));

/** A claim that the rehearsal is there to show does not hold. */
export class Failure extends Error {}

export function expectThat(holds, message) {
  if (!holds) throw new Failure(message);
}

/**
 * Runs a rehearsal in a scratch folder: status 0 when it ends, 1 when a claim does not hold. Children and folder are
 * gone afterwards, after an interruption too.
 *
 * @param {(rehearsal: Rehearsal) => Promise<void>} work
 */
export async function rehearse(name, { utad = builtUtad, keep = false }, work) {
  const rehearsal = new Rehearsal(name, utad);
  process.once('exit', () => {
    rehearsal.killChildren();
    for (const undo of rehearsal.undoing.reverse()) undo();
    if (keep) rehearsal.say(`kept ${rehearsal.folder}`);
    else rmSync(rehearsal.folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
  try {
    await work(rehearsal);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    rehearsal.say(`failed: ${error.message}`);
    process.exit(1);
  }
}

/** Longer than any start of the program takes, on however busy a machine. */
const LONGEST_RUN_MS = 300_000;

class Rehearsal {
  folder = mkdtempSync(join(tmpdir(), 'utad-rehearsal-'));
  /** To be called at the end, last one first. */
  undoing = [];
  children = new Set();

  constructor(name, utad) {
    this.name = name;
    this.utad = utad;
  }

  say(line) {
    process.stderr.write(`${this.name}: ${line}\n`);
  }

  /**
   * Starts `utad` in the scratch folder.
   *
   * @param options.through A program, with arguments, to start it through.
   * @returns {{ child: ChildProcess, lines: Interface, ended: Promise<Ended>, began: number, beganAt: number }}
   */
  start(args, { through = [] } = {}) {
    const began = performance.now();
    const beganAt = Date.now();
    const [file, ...rest] = [...through, process.execPath, this.utad, ...args];
    // Results must not depend on weights that this machine happens to have, or could download.
    const env = { ...process.env, UTAD_VGG19: 'random' };
    const child = spawn(file, rest, { cwd: this.folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.children.add(child);
    const stderr = [];
    const lines = createInterface({ input: child.stderr });
    // TensorFlow's library writes before it can be told not to.
    lines.on('line', (line) => {
      if (!/^(WARNING: All log|[IW]\d{4} |\s*$)/.test(line)) stderr.push(line);
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_RUN_MS);
    const ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status, signal) => {
        clearTimeout(timer);
        this.children.delete(child);
        resolve({ status, signal, stderr, milliseconds: performance.now() - began });
      });
    });
    return { child, lines, ended, began, beganAt };
  }

  /** Runs `utad` to its end, which has to be a good one. */
  async run(args) {
    const ended = await this.start(args).ended;
    expectThat(ended.status === 0, `utad ${args.join(' ')} ended with ${howItEnded(ended)}`);
    return ended;
  }

  killChildren() {
    for (const child of this.children) child.kill('SIGKILL');
  }
}

export function howItEnded({ status, signal, stderr }) {
  return `${signal ?? `status ${status}`}: ${stderr.at(-1) ?? 'nothing on stderr'}`;
}
