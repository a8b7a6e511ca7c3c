import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say, secondsSince } from '../setup.mjs';
import { checkInterrupted } from './command.mjs';

/**
 * Runs a named part of the work and says how long it took.
 *
 * @param outcomeOf makes of the result what else its line says.
 */
export async function step(name, work, outcomeOf = () => '') {
  const began = performance.now();
  const result = await work();
  checkInterrupted();
  const outcome = outcomeOf(result);
  say(`${name}: ${outcome && `${outcome}, `}${secondsSince(began)}`);
  return result;
}

/** Gives the work a folder of its own and removes it afterwards, however the work ends. */
export async function inTemporaryFolder(work) {
  // Without links: some programs compare paths as they were given with paths as they are.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'utad-packaging-')));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Does the work on all items, a few at a time; the first failure ends it once the work in hand is done. */
export async function eachOf(items, atOnce, work) {
  const left = [...items];
  const failures = [];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined && failures.length === 0; item = left.shift()) {
      await work(item).catch((error) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failures.length > 0) throw failures[0];
}
