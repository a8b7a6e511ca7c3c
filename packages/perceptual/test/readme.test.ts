import { readFile } from 'node:fs/promises';
import { format } from 'node:util';
import { expect, it, vi } from 'vitest';
import { expectReadmeExample } from '../../../scripts/testing/readme-example';

it('has an example that runs and prints what it promises', async () => {
  await expectReadmeExample(new URL('../', import.meta.url));
});

it('has a second one, of the options, that does so too', async () => {
  const path = new URL('examples/options.ts', import.meta.url);
  const example = await readFile(path, 'utf8');
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect([...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code)).toContain(example);
  const promised = [...example.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, result]) => result);
  expect(promised).toHaveLength(2);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await import(/* @vite-ignore */ path.href);
    expect(log.mock.calls.map((values) => format(...values))).toEqual(promised);
  } finally {
    log.mockRestore();
  }
});
