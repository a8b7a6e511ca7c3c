import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs a program to its end. Output goes through, or is kept and given back with `quiet`.
 * An interrupt does not end this process before the child has tidied up: the child decides, and its status is passed on.
 *
 * @returns {Promise<{ status: number, output: string, interrupted: boolean }>}
 */
export function run(file, args, { quiet = false, env = process.env, cwd } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      shell: process.platform === 'win32',
    });
    let interrupted = false;
    const forward = (signal) => {
      interrupted = true;
      // A terminal has sent Ctrl-C to the child too, and a second one would cut its tidying short.
      if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
    };
    process.on('SIGINT', forward).on('SIGTERM', forward);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    const done = () => process.off('SIGINT', forward).off('SIGTERM', forward);
    child.on('error', (error) => {
      done();
      reject(error);
    });
    child.on('close', (code, signal) => {
      done();
      resolve({ status: code ?? 128 + (constants.signals[signal] ?? 0), output, interrupted });
    });
  });
}
