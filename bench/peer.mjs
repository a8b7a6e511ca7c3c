import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Starts a Python program that measures the other side of a comparison: it answers each line with a line of JSON.
 *
 * @param {string} python
 * @param {string} script
 * @param {readonly (string | number)[]} parameters
 */
export function startPeer(python, script, parameters) {
  const child = spawn(python, [script, ...parameters.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise((_, reject) => child.once('error', reject));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const next = async () => {
    const { done, value } = await Promise.race([lines.next(), failed]);
    if (done) throw new Error(`${script}: ended with code ${await ended} before it answered`);
    return JSON.parse(value);
  };
  return {
    /** What it says by itself. */
    next,
    /** @param {string} question */
    ask(question) {
      child.stdin.write(`${question}\n`);
      return next();
    },
    async stop() {
      child.stdin.end();
      await Promise.race([ended, failed.catch(() => {})]);
    },
  };
}

/** @param {readonly number[]} numbers */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
