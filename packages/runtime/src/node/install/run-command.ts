import { spawn } from 'node:child_process';
import { gist } from '../gist';
import { CommandError } from './command-error';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Given to the program on its standard input; default nothing. */
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
}

const KEPT_CHARACTERS = 64_000;
/** What a program that was asked to stop may take before it is made to. */
const GRACE_MILLISECONDS = 3_000;

/**
 * Runs a program to its end and gives its output. An abort stops it and everything that it started.
 * @throws CommandError with the one line of its error output that tells most.
 */
export function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { signal, input = '', ...rest } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    // A process group of its own: a build's compilers are the children of its children.
    const child = spawn(file, args, { ...rest, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    const kill = (how: NodeJS.Signals) => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, how);
      } catch {
        // It has ended by itself.
      }
    };
    let last: NodeJS.Timeout | undefined;
    const stop = () => {
      kill('SIGTERM');
      last = setTimeout(() => kill('SIGKILL'), GRACE_MILLISECONDS);
    };
    const abandon = () => kill('SIGKILL');
    signal?.addEventListener('abort', stop, { once: true });
    process.once('exit', abandon);
    const ended = () => {
      clearTimeout(last);
      signal?.removeEventListener('abort', stop);
      process.removeListener('exit', abandon);
    };
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_CHARACTERS);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-KEPT_CHARACTERS);
    });
    // A program that does not read its input is no failure of it.
    child.stdin.on('error', () => undefined).end(input);
    child.on('error', (error) => {
      ended();
      const missing = 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');
      reject(
        new CommandError(missing ? `${file} is not there` : error.message, '', missing, { cause: error }),
      );
    });
    child.on('close', (code, killedBy) => {
      ended();
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve(output);
      else {
        const said = `${errors}\n${output}`.trim();
        const how = `${file} ended with ${killedBy ?? `status ${code}`}`;
        reject(new CommandError(gist(errors || output, how), said, code === 127));
      }
    });
  });
}
