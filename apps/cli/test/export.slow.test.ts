import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { saveBundle } from '@utad/detector';
import { randomWeights, vgg19 } from '@utad/features';
import { folderStore } from '@utad/files/node';
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

    it.each([[], ['--explain']])(
      'is accepted by onnx.checker, and scores 20 screws in Python as utad predict does, exported with %j',
      async (...flags) => {
        const exported = await runUtad(['export', 'bundle', '--out', 'detector.onnx', '--force', ...flags], {
          cwd,
        });
        expect(exported.code, exported.stderr.join('\n')).toBe(0);
        const images: string[] = [];
        for (const kind of (await readdir(screws)).sort()) {
          const names = (await readdir(join(screws, kind))).sort().slice(0, 4);
          images.push(...names.map((name) => join(screws, kind, name)));
        }
        const twenty = images.slice(0, 20);
        const args = ['--engine', 'tfjs', '--out', 'maps', '--force', '--json'];
        const predicted = await runUtad(['predict', 'bundle', ...twenty, ...args], { cwd });
        expect(predicted.code, predicted.stderr.join('\n')).toBe(0);
        const items: { path: string; score: number; anomalous: boolean }[] = JSON.parse(
          predicted.stdout,
        ).items;
        expect(items.map(({ path }) => path)).toEqual(twenty);

        const ran = spawnSync('python3', [script, 'detector.onnx', ...twenty], { cwd, encoding: 'utf8' });
        expect(ran.stderr).toBe('');
        const found: { scores: number[]; anomalous: boolean[] } = JSON.parse(ran.stdout);
        expect(found.scores).toHaveLength(20);
        expect(new Set(found.scores).size).toBe(20);
        for (const [index, { path, score, anomalous }] of items.entries()) {
          expect(Math.abs((found.scores[index] ?? Number.NaN) / score - 1), path).toBeLessThan(1e-4);
          expect(found.anomalous[index], path).toBe(anomalous);
        }
      },
    );
  },
);
