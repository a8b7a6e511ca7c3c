import type { Command } from 'commander';
import type { Context } from '../context';

/** Runs a command's code, which should be loaded only then. */
export type Run = (work: (context: Context) => Promise<void>) => Promise<void>;

/** Adds one command to the program. */
export type Registration = (program: Command, run: Run) => void;
