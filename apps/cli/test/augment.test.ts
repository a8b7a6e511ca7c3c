import { describe, expect, it } from 'vitest';
import { parseAugment } from '../src/train';

describe('--augment', () => {
  it('reads names and numbers separated by commas', () => {
    expect(parseAugment('flipHorizontal')).toEqual({ flipHorizontal: true });
    expect(parseAugment('flipVertical, rotation=5,shift=0.05 , brightness=0.1')).toEqual({
      flipVertical: true,
      rotation: 5,
      shift: 0.05,
      brightness: 0.1,
    });
  });

  it.each([
    ['', 'received nothing'],
    ['flip', 'received flip'],
    ['flipHorizontal,', 'received nothing'],
    ['flipHorizontal=1', 'received flipHorizontal=1'],
    ['rotation', 'received rotation'],
    ['rotation=', 'received rotation='],
    ['rotation=x', 'received rotation=x'],
    ['rotation=181', 'received rotation=181'],
    ['shift=0.6', 'received shift=0.6'],
    ['brightness=-1', 'received brightness=-1'],
    ['rotation=1=2', 'received rotation=1=2'],
    ['rotation=1,rotation=2', 'received rotation=2'],
    ['toString', 'received toString'],
    ['constructor', 'received constructor'],
  ])('refuses "%s" in one line', (text, received) => {
    expect(() => parseAugment(text)).toThrow(
      `--augment: expected some of flipHorizontal, flipVertical, rotation=DEGREES, shift=SHARE, brightness=SHARE, ${received}`,
    );
  });
});
