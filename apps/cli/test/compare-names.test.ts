import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { labelsOf } from '../src/compare';

describe('--name', () => {
  it('takes what follows the last sign of equality', () => {
    expect(labelsOf(['x=1/run=Ours', './b = Theirs'], ['x=1/run', 'b', './b '])).toEqual(
      new Map([
        [resolve('x=1/run'), 'Ours'],
        [resolve('./b '), 'Theirs'],
      ]),
    );
  });

  it.each([
    ['a', 'expected RUN=LABEL, received a'],
    ['a=', 'expected RUN=LABEL, received a='],
    ['=a', 'expected RUN=LABEL, received =a'],
    ['c=x', 'expected one of the runs a, b, received c'],
  ])('refuses %s', (option, message) => {
    expect(() => labelsOf([option], ['a', 'b'])).toThrow(message);
  });
});
