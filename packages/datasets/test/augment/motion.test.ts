import { describe, expect, it } from 'vitest';
import { flipped, moved, movedMask } from '../../src/augment/motion';

const still = { angle: 0, down: 0, right: 0 };
const grey = (values: readonly number[], height: number) => ({
  values: Uint8Array.from(values),
  size: [height, values.length / height] as const,
  channels: 1,
});

describe('moving', () => {
  it('by nothing changes nothing', () => {
    const values = Array.from({ length: 15 }, (_, at) => at * 17);
    expect([...moved(grey(values, 3), still)]).toEqual(values);
  });

  it('by a quarter of four columns to the right repeats the left border', () => {
    expect([...moved(grey([10, 20, 30, 40], 1), { ...still, right: 0.25 })]).toEqual([10, 10, 20, 30]);
  });

  it('by half a pixel downwards mixes rows', () => {
    expect([...moved(grey([0, 100, 200, 50], 4), { ...still, down: 0.125 })]).toEqual([0, 50, 150, 125]);
  });

  it('by a quarter turn takes the top to the right: clockwise', () => {
    const turned = moved(grey([1, 2, 3, 4, 5, 6, 7, 8, 9], 3), { ...still, angle: Math.PI / 2 });
    expect([...turned]).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
  });

  it('by half a turn mirrors both ways, of images with channels and of any shape', () => {
    const grid = {
      values: Uint8Array.from({ length: 2 * 5 * 3 }, (_, at) => at * 8),
      size: [2, 5] as const,
      channels: 3,
    };
    expect(moved(grid, { ...still, angle: Math.PI })).toEqual(
      flipped(grid, { horizontal: true, vertical: true }),
    );
  });

  it('takes a mask along, also one that is finer than its image', () => {
    const mask = Uint8Array.of(1, 0, 0, 0);
    expect([...movedMask(mask, [2, 2], [2, 2], { ...still, angle: Math.PI / 2 })]).toEqual([0, 1, 0, 0]);
    // A 2x4 mask of a 2x2 image: its pixels are half as wide as they are high.
    const fine = Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0);
    expect([...movedMask(fine, [2, 4], [2, 2], { ...still, angle: Math.PI / 2 })]).toEqual([
      0, 0, 1, 1, 0, 0, 0, 0,
    ]);
    expect([...movedMask(fine, [2, 4], [2, 2], { ...still, right: 0.5 })]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });
});

it('mirroring swaps sides', () => {
  const grid = grey([1, 2, 3, 4, 5, 6], 2);
  expect([...flipped(grid, { horizontal: true, vertical: false })]).toEqual([3, 2, 1, 6, 5, 4]);
  expect([...flipped(grid, { horizontal: false, vertical: true })]).toEqual([4, 5, 6, 1, 2, 3]);
});
