import { readFile } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { expectInReadme, expectReadmeExample } from '../../../scripts/testing/readme-example';

it('has an example that runs and prints what it promises', async () => {
  await expectReadmeExample(new URL('../', import.meta.url));
});

it('has a detector of your own that runs and prints what it promises', async () => {
  const file = new URL('examples/own-detector.ts', import.meta.url);
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${await readFile(file, 'utf8')}\`\`\``);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await import(/* @vite-ignore */ file.href);
    expect(log.mock.calls).toEqual([[['0.0', '0.8'], '0.8']]);
  } finally {
    log.mockRestore();
  }
});

it('shows training, saving, loading and predicting in one piece that runs', async () => {
  await expectInReadme(new URL('../', import.meta.url), 'whole-job.ts');
});
