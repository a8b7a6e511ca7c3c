import { spawn } from 'node:child_process';
import { gist } from '../gist';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

const KEPT_CHARACTERS = 64_000;

/**
 * Runs a program to its end and gives its output.
 * @throws Error with the one line of its error output that tells most.
 */
export function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { signal, ...rest } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(file, args, { ...rest, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', stop, { once: true });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_CHARACTERS);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-KEPT_CHARACTERS);
    });
    child.on('error', (error) => {
      signal?.removeEventListener('abort', stop);
      const missing = 'code' in error && error.code === 'ENOENT';
      reject(missing ? new Error(`${file} is not there`) : error);
    });
    child.on('close', (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve(output);
      else reject(new Error(gist(errors || output, `${file} ended with ${killedBy ?? `status ${code}`}`)));
    });
  });
}
