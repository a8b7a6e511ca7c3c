import { expect, it } from 'vitest';
import { augmentOptions, checkAugment } from '../src/node/data';

it('variations become options with the seed of the run', () => {
  expect(augmentOptions({ rotation: 5 }, 3)).toEqual({ rotation: 5, seed: 3 });
  expect(augmentOptions(null, 3)).toEqual({ seed: 3 });
});

it('variations that mean nothing are refused', () => {
  expect(checkAugment({ shift: 0.1 })).toEqual({ shift: 0.1 });
  expect(() => checkAugment({ rotation: 181 })).toThrow(
    /^`augment`: expected some of flipHorizontal, .*: rotation: /,
  );
  expect(() => checkAugment({ zoom: 2 })).toThrow(/zoom/);
});
