import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type DoctorPart, partIn } from './part';

export interface ApartOptions {
  readonly signal: AbortSignal;
  readonly timeLimitSeconds: number;
  /** Default this program. */
  readonly program?: readonly string[];
}

/** What a process said, and how it ended early. */
export interface Apart {
  readonly parts: readonly DoctorPart[];
  /** One line; undefined where it came to its end. */
  readonly problem: string | undefined;
}

/**
 * Runs `utad doctor --measure ...` as a process of its own, so that a backend that crashes, hangs or takes all memory
 * is a result like others.
 */
export async function measureApart(
  args: readonly string[],
  {
    signal,
    timeLimitSeconds,
    program = [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
  }: ApartOptions,
): Promise<Apart> {
  const [command = '', ...first] = program;
  const child = spawn(command, [...first, 'doctor', '--measure', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let late = false;
  const stop = () => child.kill('SIGKILL');
  const timer = setTimeout(() => {
    late = true;
    stop();
  }, 1000 * timeLimitSeconds);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  const parts: DoctorPart[] = [];
  let complaint = '';
  createInterface(child.stdout).on('line', (line) => {
    const part = partIn(line);
    if (part) parts.push(part);
  });
  createInterface(child.stderr).on('line', (line) => {
    if (line.startsWith('utad: ')) complaint = line.slice('utad: '.length);
  });
  try {
    const { code, killedBy } = await new Promise<{ code: number | null; killedBy: NodeJS.Signals | null }>(
      (resolve, reject) => {
        child.on('error', reject);
        child.on('close', (status, name) => resolve({ code: status, killedBy: name }));
      },
    );
    signal.throwIfAborted();
    return { parts, problem: problemOf({ late, timeLimitSeconds, code, killedBy, complaint }) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

function problemOf(ended: {
  readonly late: boolean;
  readonly timeLimitSeconds: number;
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly complaint: string;
}): string | undefined {
  const { late, timeLimitSeconds, code, killedBy, complaint } = ended;
  if (late) return `it was stopped after ${timeLimitSeconds} s`;
  if (killedBy !== null) return `its process ended by ${killedBy}`;
  if (code === 0) return undefined;
  return complaint || `its process ended with ${code}`;
}
