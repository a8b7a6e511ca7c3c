import type { EngineDevice } from '@utad/pipeline/node';
import { InterruptedError } from './errors';
import { EXIT, exitCodeOf, oneLine, SIGNAL_EXIT } from './exit-code';
import { createProgram } from './program';
import { Output } from './terminal/output';

const controller = new AbortController();

/** npm and npx pass on a Ctrl-C that the terminal has sent to every process already. */
const ECHO_MILLISECONDS = 500;
let interrupted: { readonly at: number; readonly code: number } | undefined;

/** The first asks commands to stop and save what they have; the second does not wait for that. */
const interrupt = (signal: keyof typeof SIGNAL_EXIT) => {
  const now = performance.now();
  if (interrupted !== undefined && now - interrupted.at > ECHO_MILLISECONDS) process.exit(interrupted.code);
  interrupted ??= { at: now, code: SIGNAL_EXIT[signal] };
  controller.abort(new InterruptedError('interrupted'));
};
process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);

// A reader that leaves, such as `head`, ends nothing: there is nobody to write to, and the work and its exit code stay what they
// are. Of a result that could not be written the exit code has to tell.
process.stdout.on('error', (error) => {
  if ('code' in error && error.code === 'EPIPE') return;
  process.exitCode ||= EXIT.failed;
  process.stderr.write(`utad: expected stdout to take the result: ${oneLine(error)}\n`);
});
process.stderr.on('error', () => undefined);

interface CommonOptions {
  readonly json?: boolean;
  readonly seed?: number;
  readonly backend?: EngineDevice;
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
  const code = exitCodeOf(error);
  process.exitCode = code === EXIT.interrupted ? (interrupted?.code ?? code) : code;
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
