import { describe, expect, it } from 'vitest';
import { expectPresent } from '../src/node/data';

const options = {
  split: 'train',
  seed: 0,
} as const;

describe('a first look at a data set', () => {
  it('finds every synthetic product', async () => {
    for (const category of ['washer', 'button', 'weave', 'wood']) {
      const source = { dataset: 'synthetic', root: null, category } as const;
      await expect(expectPresent(source, options)).resolves.toBeUndefined();
    }
  });

  it('says that a product or a folder is not there', async () => {
    const product = { dataset: 'synthetic', root: null, category: 'spoon' } as const;
    await expect(expectPresent(product, options)).rejects.toThrow(/expected a synthetic product of washer/);
    const folder = { dataset: 'folder', root: 'no such folder', category: null } as const;
    await expect(expectPresent(folder, options)).rejects.toThrow(/no such folder/);
  });
});
