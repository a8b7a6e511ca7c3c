import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { open } from '@utad/pipeline/node';
import { expect, it } from 'vitest';
import { relativeError } from '../../../scripts/testing/relative-error';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

it('a custom detector of format 1, whose mean image was the weights of a layer, opens and gives the same numbers', async () => {
  const expected = JSON.parse(await readFile(at('fixtures/format-1/expected.json'), 'utf8'));
  await using run = await open(at('fixtures/format-1/mean-image'), {
    detector: at('../../../examples/custom-detector/mean-image.mjs'),
    backend: 'cpu',
  });
  expect(run.manifest).toMatchObject({ format: 1, kind: 'mean-image', networks: ['mean'] });
  const data = Uint8Array.from({ length: 2 * 32 * 32 * 3 }, (_, index) => (index * 37) % 256);
  const { scores, maps } = await run.detector.predict({ data, shape: [2, 32, 32, 3] });
  expect(relativeError(scores, expected.scores)).toBeLessThan(1e-5);
  expect(relativeError(maps.subarray(0, 32), expected.firstRow)).toBeLessThan(1e-5);
});
