import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll } from 'vitest';

const runtime = fileURLToPath(new URL('../..', import.meta.url));

// The command line's way: the first interrupt aborts the installation, and the program ends when that is done.
const PROGRAM = `
import { installNative } from './node.mjs';
const [cacheFolder, options] = process.argv.slice(2);
const controller = new AbortController();
process.on('SIGINT', () => controller.abort(new Error('interrupted')));
const onEvent = ({ phase, status }) => process.stdout.write(phase + ' ' + status + '\\n');
try {
  await installNative({ cacheFolder, onEvent, signal: controller.signal, ...JSON.parse(options) });
} catch (error) {
  process.exitCode = controller.signal.aborted ? 130 : 1;
  console.error(error.message);
}
`;

export interface Installer {
  run(
    cacheFolder: string,
    options: object,
    onLine?: (line: string, child: ChildProcess) => void,
  ): Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** Installs in processes of their own, made of the sources as they are. */
export async function installer(): Promise<Installer> {
  // Below the package, so that what it depends on is found.
  const folder = join(runtime, 'node_modules', `.installer-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  await build({
    entryPoints: [join(runtime, 'src/node/index.ts')],
    outfile: join(folder, 'node.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  writeFileSync(join(folder, 'install.mjs'), PROGRAM);
  return {
    run: (cacheFolder, options, onLine) =>
      new Promise((resolve, reject) => {
        const args = [join(folder, 'install.mjs'), cacheFolder, JSON.stringify(options)];
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
        const lines: string[] = [];
        let rest = '';
        let stderr = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          const parts = `${rest}${text}`.split('\n');
          rest = parts.pop() ?? '';
          for (const line of parts) {
            lines.push(line);
            onLine?.(line, child);
          }
        });
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          stderr += text;
        });
        child.on('error', reject);
        child.on('close', (code, signal) => resolve({ code, signal, lines, stderr }));
      }),
  };
}
