import { twoStageConfig, twoStageKind, twoStagePresets } from '@utad/two-stage';
import { expect, it } from 'vitest';
import { tiny, vgg19 } from './tiny';

const kind = twoStageKind;

it('validates by its schema what it then makes a detector from', async () => {
  const wrong = await kind.schema?.['~standard'].validate({ ...tiny, score: { reduction: 'sum' } });
  expect(wrong?.issues).toMatchObject([{ path: ['score', 'reduction'] }]);
  const right = await kind.schema?.['~standard'].validate(tiny);
  expect(right).toEqual({ value: twoStageConfig.parse(tiny) });
  const detector = await kind.create(tiny, { assets: { vgg19 } });
  expect(detector).toMatchObject({ kind: kind.kind, config: twoStageConfig.parse(tiny) });
  detector.dispose();
});

it('starts from the preset for a CPU', () => {
  expect(kind).toMatchObject({ presets: twoStagePresets, defaultPreset: 'fast' });
});
