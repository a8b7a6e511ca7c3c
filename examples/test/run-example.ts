import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** Runs an example as its first lines say, against the built packages, and gives the lines that it printed. */
export async function runExample(file: string, ...parameters: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...parameters], {
    cwd: folder,
    timeout: 100_000,
  });
  return stdout.trimEnd().split('\n');
}
