import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { saveBundle } from '@utad/detector';
import { randomWeights, vgg19 } from '@utad/features';
import { folderStore } from '@utad/files/node';
import { useBackend } from '@utad/runtime/node';
import { TwoStage, twoStagePresets } from '@utad/two-stage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runUtad } from './run-utad';

const script = fileURLToPath(new URL('fixtures/predict_onnx.py', import.meta.url));
const python = spawnSync('python3', ['-c', 'import numpy, onnx, onnxruntime, PIL']).status === 0;
const screws = join(process.env.UTAD_TEST_DATA ?? '', 'mvtec_ad_384/screw/test');

describe.skipIf(!python || !existsSync(screws))(
  'an exported detector (skipped without UTAD_TEST_DATA and a python3 with numpy, Pillow, onnx and onnxruntime)',
  () => {
    let cwd = '';
    beforeAll(async () => {
      cwd = await mkdtemp(join(tmpdir(), 'utad-export-'));
      await useBackend();
      // Untrained networks compute as much as trained ones.
      const detector = new TwoStage(twoStagePresets.fast, { vgg19: randomWeights(vgg19, 0), seed: 3 });
      await saveBundle(folderStore(join(cwd, 'bundle')), detector, {
        thresholds: { image: 2.5, pixel: 1, images: 3 },
        training: { dataset: 'none', category: null, images: 0, fingerprint: 'none', seed: 0 },
        versions: {},
      });
      detector.dispose();
    });
    afterAll(() => rm(cwd, { recursive: true }));

    const done = async (...args: string[]) => {
      const ended = await runUtad(args, { cwd });
      expect(ended.code, ended.stderr.join('\n')).toBe(0);
      return ended.stdout;
    };
    const inPython = (
      model: string,
      images: readonly string[],
    ): { scores: number[]; anomalous: boolean[] } => {
      const ran = spawnSync('python3', [script, model, ...images], { cwd, encoding: 'utf8' });
      expect(ran.stderr).toBe('');
      return JSON.parse(ran.stdout);
    };

    it('is accepted by onnx.checker, and scores 20 screws in Python as utad predict does', async () => {
      const images: string[] = [];
      for (const type of (await readdir(screws)).sort()) {
        const names = (await readdir(join(screws, type))).sort().slice(0, 4);
        images.push(...names.map((name) => join(screws, type, name)));
      }
      const twenty = images.slice(0, 20);
      const predicted = await done(
        'predict',
        'bundle',
        ...twenty,
        '--engine',
        'tfjs',
        '--out',
        'maps',
        '--json',
      );
      const items: { path: string; score: number; anomalous: boolean }[] = JSON.parse(predicted).items;
      expect(items.map(({ path }) => path)).toEqual(twenty);

      await done('export', 'bundle');
      const { scores, anomalous } = inPython('detector.onnx', twenty);
      expect(new Set(scores).size).toBe(20);
      for (const [index, { path, score }] of items.entries()) {
        expect(Math.abs((scores[index] ?? Number.NaN) / score - 1), path).toBeLessThan(1e-4);
      }
      expect(anomalous).toEqual(items.map((item) => item.anomalous));

      await done('export', 'bundle', '--explain', '--out', 'explained.onnx');
      expect(inPython('explained.onnx', twenty.slice(0, 2)).scores).toEqual(scores.slice(0, 2));
    });
  },
);
