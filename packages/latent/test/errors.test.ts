import { type Codes, LatentError, nearestNeighbours, project } from '@utad/latent';
import { describe, expect, it } from 'vitest';

const line: Codes = [[0], [1], [2], [3], [4], [5], [6]];

describe('what makes no sense is refused, and the message says what was expected', () => {
  it.each<[string, () => unknown, string, RegExp]>([
    ['no codes', () => project([], { method: 'pca' }), 'empty', /expected codes, received none/],
    ['empty codes', () => project([[], []], { method: 'pca' }), 'empty', /one number or more/],
    [
      'codes of two lengths',
      () => project([[1, 2], [3]], { method: 'pca' }),
      'shape',
      /code 1: expected 2 numbers as in the first code, received 1/,
    ],
    [
      'NaN',
      () => project([[1], [Number.NaN]], { method: 'pca' }),
      'not-finite',
      /code 1: expected finite numbers, received NaN at 0/,
    ],
    ['one code', () => project([[1]], { method: 'pca' }), 'too-few', /2 codes or more for pca, received 1/],
    [
      'three codes for t-SNE',
      () => project([[1], [2], [3]], { method: 't-sne' }),
      'too-few',
      /4 codes or more for t-sne, received 3/,
    ],
    [
      'a perplexity too high for so few',
      () => project(line, { method: 't-sne', perplexity: 2.5 }),
      'range',
      /perplexity from 1 to 2.0 for 7 codes, received 2.5/,
    ],
    ['a perplexity of NaN', () => project(line, { method: 't-sne', perplexity: Number.NaN }), 'range', /NaN/],
    [
      'half a seed',
      () => project(line, { method: 't-sne', seed: 0.5 }),
      'range',
      /seed to be a whole number, received 0.5/,
    ],
    ['no iterations', () => project(line, { method: 't-sne', iterations: 0 }), 'range', /from 1, received 0/],
    [
      'k of 0',
      () => nearestNeighbours([1], line, 0),
      'range',
      /k to be a whole number from 1 to 7, received 0/,
    ],
    ['more than there are', () => nearestNeighbours([1], line, 8), 'range', /1 to 7, received 8/],
    [
      'a query of another length',
      () => nearestNeighbours([1, 2], line, 1),
      'shape',
      /query: expected 1 numbers/,
    ],
    [
      'an infinite query',
      () => nearestNeighbours([Number.POSITIVE_INFINITY], line, 1),
      'not-finite',
      /query/,
    ],
  ])('%s', (_, call, code, message) => {
    expect(call).toThrow(expect.objectContaining({ name: 'LatentError', code }));
    expect(call).toThrow(message);
    expect(call).toThrow(LatentError);
  });
});
