import type { ImageRecord } from '@utad/core';
import { expect, it } from 'vitest';
import { RestorationMeter } from '../src/evaluate/restoration';

it('takes grey for the colour that it is', () => {
  const grey: ImageRecord = {
    ...{ id: '', label: 1, defectType: 'scratch', size: [1, 2], channels: 1 },
    image: Uint8Array.of(51, 255),
    cleanTwin: Uint8Array.of(51, 51),
    mask: Uint8Array.of(0, 1),
  };
  const repeated = (values: Uint8Array) =>
    Uint8Array.from([...values].flatMap((value) => [value, value, value]));
  const rgb: ImageRecord = {
    ...grey,
    channels: 3,
    image: repeated(grey.image),
    cleanTwin: Uint8Array.of(51, 51, 51, 51, 51, 51),
  };
  const [ofGrey, ofRgb] = [grey, rgb].map((record) => {
    const meter = new RestorationMeter();
    meter.add(record, { impression: Uint8Array.of(51, 102, 51, 127, 26, 51) });
    return meter.result();
  });
  expect(ofGrey).toEqual(ofRgb);
  expect(ofGrey?.insideInput).toBeCloseTo(0.8, 6);
  expect(ofGrey?.inside.impression).toBeCloseTo((76 + 25 + 0) / 255 / 3, 6);
  expect(ofGrey?.outside.impression).toBeCloseTo(0.2 / 3, 6);
});
