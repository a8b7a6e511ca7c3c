import { readFile } from 'node:fs/promises';
import { format } from 'node:util';
import { expect, vi } from 'vitest';

/**
 * Shows that the first example of a package's README is the file `test/examples/readme.ts`, which the type checker sees,
 * and that it prints what the comments behind its `console.log` promise.
 *
 * @param packageFolder URL of the folder that holds README.md, with a slash at the end.
 */
export async function expectReadmeExample(packageFolder: URL): Promise<void> {
  const path = new URL('test/examples/readme.ts', packageFolder);
  const example = await readFile(path, 'utf8');
  const readme = await readFile(new URL('README.md', packageFolder), 'utf8');
  expect(/```ts\n(.*?)```/s.exec(readme)?.[1]).toBe(example);
  await expectPromises(example, path);
}

async function expectPromises(example: string, path: URL): Promise<void> {
  const promised = [...example.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, result]) => result);
  expect(promised).not.toHaveLength(0);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await import(/* @vite-ignore */ path.href);
    expect(log.mock.calls.map((values) => format(...values))).toEqual(promised);
  } finally {
    log.mockRestore();
  }
}

/**
 * {@link expectReadmeExample} of another example: some block of the README is the file.
 *
 * @param name of the file in `test/examples`.
 */
export async function expectInReadme(packageFolder: URL, name: string): Promise<void> {
  const path = new URL(`test/examples/${name}`, packageFolder);
  const example = await readFile(path, 'utf8');
  expect(await readFile(new URL('README.md', packageFolder), 'utf8')).toContain(`\`\`\`ts\n${example}\`\`\``);
  await expectPromises(example, path);
}
