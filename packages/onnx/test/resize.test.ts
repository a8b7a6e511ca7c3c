import type { Size } from '@utad/core';
import { type OnnxDevice, OnnxSession } from '@utad/onnx';
import { findOnnxRuntime } from '@utad/onnx/node';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { randomImages, resizeEach, resizeGraph } from './resize-graph';

const sessions = new Map<string, Promise<OnnxSession>>();
afterAll(async () => {
  for (const session of sessions.values()) await (await session).dispose();
});

/** One session for each new size: it takes images of all sizes. */
async function sessionOf(to: Size, device: OnnxDevice): Promise<OnnxSession> {
  const key = `${to} on ${device}`;
  const opened =
    sessions.get(key) ??
    findOnnxRuntime({ device }).then((runtime) => OnnxSession.open(resizeGraph(to), runtime));
  sessions.set(key, opened);
  return opened;
}

/** How many of the graph's values are not the bytes of `resizeImage`. */
async function countWrong(from: Size, to: Size, count = 1, device: OnnxDevice = 'cpu'): Promise<number> {
  const data = randomImages(count, from);
  const session = await sessionOf(to, device);
  const { resized } = await session.run({ images: { type: 'uint8', shape: [count, ...from, 3], data } });
  expect(resized?.shape).toEqual([count, ...to, 3]);
  return resizeEach(data, count, from, to).filter((byte, index) => byte !== resized?.data[index]).length;
}

type Sides = readonly [height: number, width: number, newHeight: number, newWidth: number];

/** Mostly not by whole factors, the two sides by a little more and less. */
const SHRINKING = [1, 1.02, 1.3, 1.99, 2, 2.5, 3.49, 3.5, 3.99, 4, 4.01, 5.7, 7.3, 10, 17.9, 29.97].map(
  (factor): Sides => [Math.ceil(31 * factor) + 1, Math.ceil(24 * factor), 31, 24],
);
const PHOTOGRAPHS: readonly Sides[] = [
  [384, 384, 256, 256],
  [1024, 1024, 128, 128],
  [1024, 1024, 256, 256],
  [97, 211, 256, 256],
  [3000, 4000, 256, 256],
];
const SMALL: readonly Sides[] = [
  [1, 1, 1, 1],
  [1, 1, 5, 7],
  [1, 7, 4, 4],
  [9, 300, 1, 1],
];
const EQUAL: readonly Sides[] = [
  [32, 48, 32, 48],
  [32, 100, 32, 48],
  [100, 48, 32, 48],
  [32, 47, 32, 48],
];
const GROWING: readonly Sides[] = [
  [31, 37, 32, 48],
  [16, 24, 32, 48],
  [5, 3, 32, 48],
];
/** One side grows, the other shrinks. */
const MIXED: readonly Sides[] = [
  [20, 333, 32, 48],
  [129, 13, 32, 48],
];

describe('addResize gives the bytes of resizeImage', () => {
  it.each([...SHRINKING, ...PHOTOGRAPHS, ...SMALL, ...EQUAL, ...GROWING, ...MIXED])(
    '%ix%i to %ix%i',
    async (height, width, newHeight, newWidth) => {
      expect(await countWrong([height, width], [newHeight, newWidth])).toBe(0);
    },
  );

  it.each<Sides>([
    [250, 190, 32, 48],
    [20, 333, 32, 48],
    [32, 48, 32, 48],
    [1024, 1024, 256, 256],
  ])('%ix%i to %ix%i on WebAssembly', async (height, width, newHeight, newWidth) => {
    expect(await countWrong([height, width], [newHeight, newWidth], 1, 'wasm')).toBe(0);
  });

  it('for several images of any size at once', async () => {
    const side = fc.integer({ min: 1, max: 400 });
    const to = fc.constantFrom<Size>([1, 1], [32, 48], [30, 17], [64, 11]);
    const count = fc.integer({ min: 1, max: 3 });
    await fc.assert(
      fc.asyncProperty(side, side, to, count, async (height, width, newSize, images) => {
        expect(await countWrong([height, width], newSize, images)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});

it('refuses to resize to nothing', () => {
  expect(() => resizeGraph([0, 4])).toThrow('addResize: expected sides in whole pixels from 1, received 0x4');
});
