import { expect, it } from 'vitest';
import { build, distinctNumbers, type NdArray } from '../src/conformance/nd-array';
import { gradientByDifferences, relativeError } from '../src/conformance/operation';
import { matMul, mirrorPad, segmentSum, tile } from '../src/conformance/reference/arrays';
import {
  avgPool,
  convolution,
  convolutionFilterGradient,
  convolutionInputGradient,
  maxPool,
  maxPoolGradient,
  resizeBilinear,
  resizeNearest,
} from '../src/conformance/reference/images';

const array = (shape: readonly number[], ...values: number[]): NdArray => ({
  shape,
  values: Float64Array.from(values),
});
const plain = ({ values }: NdArray) => [...values];
const some = (shape: readonly number[], seed: number) => distinctNumbers(shape, seed, { from: -1, to: 1 });

it('convolves with zeros before and after, more after where they do not share out', () => {
  const x = array([1, 4, 1, 1], 1, 2, 3, 4);
  const filter = array([3, 1, 1, 1], 1, 10, 100);
  // 0 1 2 3 4 0
  expect(plain(convolution(x, filter, { stride: 1, pad: 'same' }))).toEqual([210, 321, 432, 43]);
  // 1 2 3 4 0, every second
  expect(plain(convolution(x, filter, { stride: 2, pad: 'same' }))).toEqual([321, 43]);
  expect(plain(convolution(x, filter, { stride: 1, pad: 'valid' }))).toEqual([321, 432]);
});

it('reads channels and filters in the order of TensorFlow', () => {
  const x = array([1, 1, 1, 2], 1, 2);
  const filter = array([1, 1, 2, 3], 1, 2, 3, 10, 20, 30);
  expect(plain(convolution(x, filter, { stride: 1, pad: 'same' }))).toEqual([21, 42, 63]);
});

it.each([
  { stride: 1, pad: 'same' },
  { stride: 2, pad: 'same' },
  { stride: 2, pad: 'valid' },
] as const)('has the gradients of a convolution that differences give, %o', (geometry) => {
  const [x, filter] = [some([2, 5, 4, 2], 1), some([3, 3, 2, 3], 2)];
  const f = (a: NdArray, b: NdArray) => convolution(a, b, geometry);
  const dy = some(f(x, filter).shape, 3);
  const expected = [0, 1].map((which) => gradientByDifferences(f, [x, filter], which, dy).values);
  const dx = convolutionInputGradient(dy, filter, x.shape, geometry);
  const dFilter = convolutionFilterGradient(dy, x, filter.shape, geometry);
  expect(relativeError(dx.values, expected[0] ?? [])).toBeLessThan(1e-8);
  expect(relativeError(dFilter.values, expected[1] ?? [])).toBeLessThan(1e-8);
});

it('pools the values that are there, and gives dy to the first of equal ones', () => {
  const geometry = { window: 2, stride: 1, pad: 'same' } as const;
  const x = array([1, 2, 2, 1], 1, 3, 3, 2);
  expect(plain(maxPool(x, geometry))).toEqual([3, 3, 3, 2]);
  expect(plain(avgPool(x, geometry))).toEqual([2.25, 2.5, 2.5, 2]);
  expect(plain(maxPoolGradient(array([1, 2, 2, 1], 1, 10, 100, 1000), x, geometry))).toEqual([
    0, 11, 100, 1000,
  ]);
});

it('has the gradient of max-pooling that differences give', () => {
  const geometry = { window: 3, stride: 2, pad: 'same' } as const;
  const x = some([1, 5, 6, 2], 1);
  const dy = some(maxPool(x, geometry).shape, 2);
  const expected = gradientByDifferences((a) => maxPool(a, geometry), [x], 0, dy);
  expect(relativeError(maxPoolGradient(dy, x, geometry).values, expected.values)).toBeLessThan(1e-8);
});

it('resizes with half-pixel centres and without', () => {
  const x = array([1, 1, 2, 1], 0, 4);
  const size = [1, 4] as const;
  const half = { alignCorners: false, halfPixelCenters: true };
  const corner = { alignCorners: false, halfPixelCenters: false };
  const aligned = { alignCorners: true, halfPixelCenters: false };
  expect(plain(resizeBilinear(x, size, half))).toEqual([0, 1, 3, 4]);
  expect(plain(resizeBilinear(x, size, corner))).toEqual([0, 2, 4, 4]);
  expect(plain(resizeBilinear(x, [1, 3], aligned))).toEqual([0, 2, 4]);
  expect(plain(resizeNearest(x, size, corner))).toEqual([0, 0, 4, 4]);
  expect(plain(resizeNearest(array([1, 1, 4, 1], 0, 1, 2, 3), [1, 2], half))).toEqual([1, 3]);
  expect(plain(resizeNearest(array([1, 1, 4, 1], 0, 1, 2, 3), [1, 2], corner))).toEqual([0, 2]);
});

// Σ over rows r and columns c of w(r) w(c) (4 r + c), w = 1, 3/4, 1/4, 0 for the first and 0, 1/4, 3/4, 1 for the last:
// the weights add up to 2, and to 1.25 and 4.75 when multiplied by the place.
const HAND = [
  4 * 1.25 * 2 + 1.25 * 2,
  4 * 1.25 * 2 + 4.75 * 2,
  4 * 4.75 * 2 + 1.25 * 2,
  4 * 4.75 * 2 + 4.75 * 2,
];

it('has the gradient of half-pixel resizing that was found by hand', () => {
  // 2x2 to 4x4: each corner of x has 1, 3/4, 1/4 and 0 of the four rows, and likewise of the columns.
  const half = { alignCorners: false, halfPixelCenters: true };
  const dy = build([1, 4, 4, 1], ([, row = 0, column = 0]) => row * 4 + column);
  const gradient = gradientByDifferences(
    (x) => resizeBilinear(x, [4, 4], half),
    [some([1, 2, 2, 1], 1)],
    0,
    dy,
  );
  expect(relativeError(gradient.values, HAND)).toBeLessThan(1e-8);
});

it('mirrors without the border and with it', () => {
  const x = array([3], 1, 2, 3);
  expect(plain(mirrorPad(x, [[2, 1]], 'reflect'))).toEqual([3, 2, 1, 2, 3, 2]);
  expect(plain(mirrorPad(x, [[2, 1]], 'symmetric'))).toEqual([2, 1, 1, 2, 3, 3]);
});

it('multiplies, repeats and adds up', () => {
  expect(plain(matMul(array([2, 2], 1, 2, 3, 4), array([2, 2], 5, 6, 7, 8)))).toEqual([19, 22, 43, 50]);
  expect(plain(tile(array([1, 2], 1, 2), [2, 2]))).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
  expect(plain(segmentSum(array([3], 1, 2, 4), [1, 1, 0], 2))).toEqual([4, 3]);
});

it('refuses to take a difference across a kink', () => {
  const relu = ({ shape, values }: NdArray): NdArray => ({
    shape,
    values: values.map((v) => Math.max(0, v)),
  });
  const dy = array([2], 1, 1);
  expect(() => gradientByDifferences(relu, [array([2], 0, 1)], 0, dy)).toThrow('kink at value 0');
  expect(plain(gradientByDifferences(relu, [array([2], -1, 1)], 0, dy))[1]).toBeCloseTo(1, 9);
});

it('draws numbers that no two are equal of, and none is 0', () => {
  const { values } = some([7, 11], 3);
  expect(new Set(values).size).toBe(77);
  expect(Math.min(...values.map(Math.abs))).toBeGreaterThan(1e-3);
  expect([...values]).toEqual([...Float32Array.from(values)]);
});
