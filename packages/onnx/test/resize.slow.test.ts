import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Size } from '@utad/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomImages, resizeEach, resizeGraph } from './resize-graph';

const script = fileURLToPath(new URL('fixtures/resize.py', import.meta.url));
const python = spawnSync('python3', ['-c', 'import onnx, onnxruntime']).status === 0;

describe.skipIf(!python)('addResize (skipped without a python3 with onnx and onnxruntime)', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'utad-onnx-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each<readonly [number, Size, Size]>([
    [3, [77, 45], [32, 48]],
    [1, [20, 333], [32, 48]],
    [1, [5, 3], [32, 48]],
    [1, [1024, 1024], [256, 256]],
    [1, [3000, 4000], [256, 256]],
  ])(
    'is accepted by onnx.checker and gives the same bytes in Python: %i of %j to %j',
    async (count, from, to) => {
      const [model, images] = [join(folder, 'resize.onnx'), join(folder, 'images')];
      const pixels = randomImages(count, from);
      await writeFile(model, resizeGraph(to));
      await writeFile(images, pixels);
      const shape = [count, ...from].map(String);
      const ran = spawnSync('python3', [script, model, images, ...shape], { maxBuffer: 2 ** 24 });
      expect(ran.stderr.toString()).toBe('');
      expect(ran.stdout.equals(resizeEach(pixels, count, from, to))).toBe(true);
    },
  );
});
