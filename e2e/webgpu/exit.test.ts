import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWebGpu } from '../support/when-vulkan';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Inside the package, so that what is not bundled is found from there. */
const folder = here('../node_modules/.cache/exit/');
const program = `${folder}program.mjs`;

/** How a process ends that uses webgpu in one of the program's ways. */
async function end(way: string): Promise<{ code: number | string | null; stdout: string; stderr: string }> {
  return await new Promise((resolve) => {
    execFile(process.execPath, [program, way], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.signal ?? error.code ?? null) : 0, stdout, stderr });
    });
  });
}

describeWebGpu('a process that used webgpu', () => {
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    await build({
      entryPoints: [here('./exit-program.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      // Sources, as in every other test here; their dependencies stay packages.
      alias: {
        '@utad/files/node': here('../../packages/files/src/node/index.ts'),
        '@utad/runtime/node': here('../../packages/runtime/src/node/index.ts'),
      },
      external: ['@tensorflow/*', 'webgpu', 'node-gyp', 'proper-lockfile', 'yauzl'],
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['returns', 'removes the backend', 'exits with work under way', 'loses its device'])(
    'ends by itself, in silence and with status 0, when its program %s',
    async (way) => {
      expect(await end(way)).toEqual({ code: 0, stdout: '11\n', stderr: '' });
    },
  );

  it('ends with status 1 when its program throws', async () => {
    const { code, stderr } = await end('throws');
    expect(code).toBe(1);
    expect(stderr).toContain('Error: on purpose');
  });
});
