import type { BackendName } from '@utad/runtime';
import { InterruptedError } from './errors';
import { EXIT, exitCodeOf, oneLine } from './exit-code';
import { createProgram } from './program';
import { Output } from './terminal/output';

const controller = new AbortController();

/** npm and npx pass on a Ctrl-C that the terminal has sent to every process already. */
const ECHO_MILLISECONDS = 500;
let interruptedAt: number | undefined;

/** The first asks commands to stop and save what they have; the second does not wait for that. */
const interrupt = () => {
  const now = performance.now();
  if (interruptedAt !== undefined && now - interruptedAt > ECHO_MILLISECONDS) process.exit(EXIT.interrupted);
  interruptedAt ??= now;
  controller.abort(new InterruptedError('interrupted'));
};
process.on('SIGINT', interrupt).on('SIGTERM', interrupt);

interface CommonOptions {
  readonly json?: boolean;
  readonly seed?: number;
  readonly backend?: BackendName;
}

const program = createProgram(async (work) => {
  const { json = false, seed, backend } = program.opts<CommonOptions>();
  const output = new Output({ json });
  try {
    await work({ output, signal: controller.signal, seed, backend });
  } finally {
    output.clearStatus();
  }
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  if (process.exitCode !== EXIT.done && !isHelp(error)) {
    process.stderr.write(`utad: ${oneLine(error)}\n`);
    if (process.argv.includes('--verbose') && error instanceof Error)
      process.stderr.write(`${error.cause instanceof Error ? error.cause.stack : error.stack}\n`);
  }
}

/** Commander has printed the help already. */
function isHelp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'commander.help';
}
