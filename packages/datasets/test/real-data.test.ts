import { join } from 'node:path';
import { MVTEC_AD } from '@utad/datasets';
import { openDataset } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import { read } from './pictures';

const data = process.env.UTAD_TEST_DATA;

describe.skipIf(data === undefined)('MVTec AD itself (skipped without UTAD_TEST_DATA)', () => {
  const open = (category: string, split: 'train' | 'test') =>
    openDataset(MVTEC_AD, {
      root: join(data ?? '', 'mvtec_ad_384'),
      category,
      split,
      size: [32, 32],
      maskSize: [256, 256],
    });

  it('has 320 good screws for training', async () => {
    const { count, entries, skipped, conversions } = await open('screw', 'train');
    expect(count).toBe(320);
    expect(new Set(entries.map(({ defectType: kind }) => kind))).toEqual(new Set(['good']));
    expect(skipped).toEqual([]);
    expect(conversions).toContainEqual({ what: 'resized from 384x384 to 32x32', images: 320 });
  });

  it('has 41 good and 119 defective screws for testing, each with the mask that its label says', async () => {
    const records = await read(await open('screw', 'test'));
    expect(records.filter(({ label }) => label === 0)).toHaveLength(41);
    expect(records.filter(({ label }) => label === 1)).toHaveLength(119);
    expect(new Set(records.map(({ defectType: kind }) => kind)).size).toBe(6);
    for (const { mask, label, id } of records) expect(mask?.includes(1), id).toBe(label === 1);
  });

  it('has 209 bottles for training, and 20 good and 63 defective ones without masks', async () => {
    expect((await open('bottle', 'train')).count).toBe(209);
    const records = await read(await open('bottle', 'test'));
    expect(records.filter(({ label }) => label === 0)).toHaveLength(20);
    expect(records.filter(({ label }) => label === 1)).toHaveLength(63);
    for (const record of records) expect(record).not.toHaveProperty('mask');
  });
});
