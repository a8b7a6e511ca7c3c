import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { SetupError } from '../setup.mjs';

/** What a program or a check found wrong: one line, then what the program printed, if anything. */
export class PackagingError extends SetupError {}

const running = new Set();
let interruption;

/**
 * Children are groups of their own, so that what they started ends with them and a terminal's Ctrl-C reaches only this
 * process, which stops them, then unwinds, removing what it made on the way.
 */
function interrupt(signal) {
  interruption ??= new PackagingError('interrupted', 128 + constants.signals[signal]);
  for (const child of running) end(child);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);

/** Asks a group to end, and does not wait long for it. */
function end(child) {
  signalGroup(child, 'SIGTERM');
  const late = setTimeout(() => signalGroup(child, 'SIGKILL'), 3000);
  child.once('close', () => clearTimeout(late));
}

function signalGroup(child, signal) {
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Throws what an interrupt that came in the meantime is to end with. */
export function checkInterrupted() {
  if (interruption) throw interruption;
}

/** Starts a program whose output is collected: `{ child, stdout(), output() }`, the last of both streams as they came. */
export function start(file, args, { cwd, env = process.env } = {}) {
  checkInterrupted();
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  running.add(child);
  child.once('close', () => running.delete(child)).once('error', () => running.delete(child));
  const texts = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => texts.push({ stream, text }));
  }
  const textOf = (...streams) =>
    texts.map(({ stream, text }) => (streams.includes(stream) ? text : '')).join('');
  return { child, stdout: () => textOf(child.stdout), output: () => textOf(child.stdout, child.stderr) };
}

/** Ends a program that was started, and what it started, and waits until it is gone. */
export async function stop(child) {
  if (!running.has(child)) return;
  const gone = once(child, 'close');
  end(child);
  await gone;
}

/**
 * Runs a program to its end and gives what it wrote to stdout.
 * @throws PackagingError when it fails, with all that it printed.
 */
export async function command(what, file, args, options) {
  const { child, stdout, output } = start(file, args, options);
  const [code, signal] = await once(child, 'close').catch((error) => {
    throw new PackagingError(`${what} could not be started: ${error.message}`);
  });
  checkInterrupted();
  if (code !== 0)
    throw new PackagingError(`${what} failed with ${signal ?? `status ${code}`}\n${output().trim()}`);
  return stdout();
}
