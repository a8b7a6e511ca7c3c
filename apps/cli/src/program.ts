import { Command, Option } from 'commander';
import { version } from '../package.json';
import { backend } from './commands/backend';
import { compare } from './commands/compare';
import { data } from './commands/data';
import { demo } from './commands/demo';
import { distance } from './commands/distance';
import { doctor } from './commands/doctor';
import { evaluate } from './commands/evaluate';
import { exportCommand } from './commands/export';
import { info } from './commands/info';
import { backendOption, type Registration, type Run, wholeNumber } from './commands/options';
import { predict } from './commands/predict';
import { presets } from './commands/presets';
import { train } from './commands/train';
import { weights } from './commands/weights';
import { inOwnWords } from './errors';

const COMMANDS: readonly Registration[] = [
  demo,
  train,
  evaluate,
  compare,
  predict,
  exportCommand,
  info,
  presets,
  data,
  weights,
  distance,
  backend,
  doctor,
];

/** The whole command line; `run` gives each command its code. */
export function createProgram(run: Run): Command {
  const program = new Command('utad')
    .description('Finds and marks defects in images after seeing only good ones.')
    .version(version, '-V, --version')
    .option('--json', 'print one JSON document on stdout')
    .addOption(
      new Option('--seed <n>', 'fixes everything random (default: 0)').argParser(wholeNumber(0, 2 ** 31 - 1)),
    )
    .addOption(backendOption())
    .option('--verbose', 'show where an error came from')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `
Examples:
  $ utad demo                                     see it work, in a few minutes
  $ utad train --root photos/good --out runs/mine  learn from your own good images
  $ utad predict runs/mine photos/new              find what is wrong in others

Exit codes: 0 done, 1 failed, 2 wrong command line or configuration, 3 anomalies found (--fail-on-anomaly),
130 interrupted (129 hung up, 143 terminated).`,
    )
    // Errors are printed in one place, on one line.
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
  const inFlags: Run = (work) =>
    run(async (context) => {
      try {
        await work(context);
      } catch (error) {
        throw inOwnWords(error);
      }
    });
  for (const register of COMMANDS) register(program, inFlags);
  return program;
}
