import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PixelAccumulator, rocAuc } from '@utad/eval';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTiff } from '../../../scripts/testing/read-tiff';
import { runUtad, TINY } from './run-utad';

const script = fileURLToPath(new URL('fixtures/mvtec_evaluation.py', import.meta.url));
const python = spawnSync('python3', ['-c', 'import numpy, scipy, tifffile, PIL']).status === 0;

describe.skipIf(!python)(
  'raw maps (skipped without a python3 with numpy, scipy, Pillow and tifffile)',
  () => {
    let cwd = '';
    beforeAll(async () => {
      cwd = await mkdtemp(join(tmpdir(), 'utad-python-'));
      const counts = ['--train', '14', '--good', '6', '--defective', '3', '--size', '96'];
      const train = ['--dataset', 'mvtec', '--root', 'data', '--category', 'washer', ...TINY];
      for (const args of [
        ['data', 'synth', '--out', 'data', '--category', 'washer', ...counts],
        ['train', ...train, '--out', 'run'],
        ['evaluate', 'run', '--maps'],
      ]) {
        const { code, stderr } = await runUtad(args, { cwd });
        expect(code, stderr.join('\n')).toBe(0);
      }
    });
    afterAll(() => rm(cwd, { recursive: true }));

    it("evaluated in Python as MVTec's code does give our numbers", async () => {
      const found = spawnSync('python3', [script, 'run/maps', 'data', 'washer'], { cwd, encoding: 'utf8' });
      expect(found.stderr).toBe('');
      const python = JSON.parse(found.stdout);

      const pixels = new PixelAccumulator();
      const [labels, highest]: [number[], number[]] = [[], []];
      const test = join(cwd, 'run/maps/washer/test');
      for (const kind of await readdir(test)) {
        for (const file of await readdir(join(test, kind))) {
          const { size, values } = await readTiff(join(test, kind, file));
          const mask = join(cwd, 'data/washer/ground_truth', kind, file.replace('.tiff', '_mask.png'));
          const grey = kind === 'good' ? [] : await sharp(mask).toColourspace('b-w').raw().toBuffer();
          pixels.add(
            values,
            Uint8Array.from(values, (_, i) => Number((grey[i] ?? 0) > 127)),
            size,
          );
          labels.push(kind === 'good' ? 0 : 1);
          highest.push(values.reduce((a, b) => Math.max(a, b)));
        }
      }
      expect(python).toMatchObject({ images: labels.length, pixels: labels.length * 96 * 96 });
      // At the size of the files, both.
      expect(pixels.rocAuc()).toBeCloseTo(python.pixelAuroc, 12);
      expect(pixels.aupro()).toBeCloseTo(python.aupro, 9);
      expect(rocAuc(labels, highest)).toBeCloseTo(python.imageAurocMax, 12);

      // metrics.json is measured at 256 x 256, to which masks are brought pixel by pixel: edges of defects move by up to half
      // a pixel of the files, and small regions change their areas by a few per cent.
      const metrics = JSON.parse(await readFile(join(cwd, 'run/metrics.json'), 'utf8'));
      expect(Math.abs(metrics.pixel.auroc - python.pixelAuroc)).toBeLessThan(0.01);
      expect(Math.abs(metrics.pixel.aupro - python.aupro)).toBeLessThan(0.02);
    });
  },
);
