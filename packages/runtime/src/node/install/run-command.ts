import { spawn } from 'node:child_process';

/** A program did not run, or ended with an error. The message is the one line of its output that tells most. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    /** The end of what it wrote, its errors first. */
    readonly output: string,
    /** Whether there is no such program. */
    readonly missing: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

interface CommandOptions {
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
        reject(new CommandError(errorLine(errors || output, how), said, code === 127));
      }
    });
  });
}

const BOILERPLATE =
  /A complete log of this run|Log files were not written|You can rerun the command|not ok$|^cwd |^node -v|^node-gyp -v|^System |^command |^at |npm help|^\(Use|^Node\.js v/;
// What Node and Python write of an error that nobody caught: Node its fields after it, Python what led to it before.
const UNCAUGHT = /^(?:(?:\w+\.)*\w*(?:Error|Exception)(?: \[\w+\])?): ./;
const OF_PYTHON = /^Traceback \(most recent call last\)/m;
const COMPILER = /: (?:fatal )?error: |undefined reference/;
// pip reports an index that it cannot reach as one that lacks the package.
const UNREACHED = /connection broken by .*?(\[Errno [^'")]*)/;
const TELLING =
  /\berrors?\b|\bfatal\b|not found|no matching|no module|cannot|could not|unable|denied|failed/i;

/** The line of a program's error output that says most about why it failed. */
export function errorLine(stderr: string, otherwise: string): string {
  const lines = stderr
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*(?:(?:npm (?:error|ERR!)|gyp ERR!|ERROR:|stack )\s*)+/, '').trim())
    .filter((line) => line.length > 3 && !BOILERPLATE.test(line));
  const uncaught = (text: string) => UNCAUGHT.test(text);
  const line =
    lines.find((text) => COMPILER.test(text)) ??
    (OF_PYTHON.test(stderr) ? lines.findLast(uncaught) : lines.find(uncaught)) ??
    lines.findLast((text) => TELLING.test(text)) ??
    lines.at(-1) ??
    otherwise.split('\n')[0] ??
    '';
  const unreached = UNREACHED.exec(stderr)?.[1];
  if (unreached && /^No matching distribution/.test(line)) return `${line} (index not reached: ${unreached})`;
  return line.length > 300 ? `${line.slice(0, 300)} ...` : line;
}
