import { resolve } from 'node:path';
import { UsageError } from '../errors';

/**
 * Reads `--name RUN=LABEL`. The label is what comes after the last `=`, since a folder may hold one.
 *
 * @returns Labels by the absolute path of a run.
 * @throws UsageError for a run that is not compared, or no label.
 */
export function labelsOf(options: readonly string[], paths: readonly string[]): Map<string, string> {
  const labels = new Map<string, string>();
  for (const option of options) {
    const at = option.lastIndexOf('=');
    const [run, label] = [option.slice(0, Math.max(at, 0)), option.slice(at + 1).trim()];
    if (run === '' || label === '') throw new UsageError(`--name: expected RUN=LABEL, received ${option}`);
    const path = paths.find((other) => resolve(other) === resolve(run));
    if (path === undefined) {
      throw new UsageError(`--name: expected one of the runs ${paths.join(', ')}, received ${run}`);
    }
    labels.set(resolve(path), label);
  }
  return labels;
}
