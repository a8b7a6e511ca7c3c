import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folder, imagePaths } from '@utad/datasets/node';
import { describe, expect, it } from 'vitest';
import { writeGrey } from './pictures';
import { inTempFolder } from './temp-folder';

const withImages = (names: readonly string[], work: (root: string) => Promise<void>): Promise<void> =>
  inTempFolder(async (root) => {
    for (const [index, name] of names.entries()) await writeGrey(join(root, name), 10 + index);
    await work(root);
  });

const several = (name: string, count = 5) =>
  Array.from({ length: count }, (_, index) => `${name}/${index}.png`);

const learnt = async (root: string, options = {}) => {
  const { entries, notes } = await folder({ root, size: [2, 2], ...options });
  return { ids: entries.map(({ id }) => id), notes };
};

describe('folders spelt otherwise', () => {
  it.each([
    ['Good', 'Defect'],
    ['OK', 'NG'],
    ['normal', 'abnormal'],
    ['defect-free', 'scratch'],
    ['No_Defect', 'Broken Parts'],
  ])('%s and %s: defects are not learnt from, which is said', (good, defect) =>
    withImages([...several(good), ...several(defect, 2)], async (root) => {
      const { ids, notes } = await learnt(root);
      expect(ids.every((id) => id.startsWith(`${good}/`))).toBe(true);
      expect(notes).toEqual([`Good images: ${good}; not learnt from: ${defect}.`]);
      const { entries } = await folder({ root, size: [2, 2], split: 'test' });
      expect(entries.filter(({ label }) => label === 1)).toHaveLength(2);
    }),
  );

  it('Train and Test with OK and NG inside keep their splits', () =>
    withImages([...several('Train/OK'), 'Test/OK/9.png', 'Test/NG/1.png'], async (root) => {
      const { ids, notes } = await learnt(root);
      expect(ids).toEqual(several('Train/OK'));
      expect(notes).toEqual(['Good images: Train/OK.']);
      const { entries } = await folder({ root, size: [2, 2], split: 'test' });
      expect(entries.map(({ id, label }) => [id, label])).toEqual([
        ['Test/NG/1.png', 1],
        ['Test/OK/9.png', 0],
      ]);
    }));

  it('good images with a folder of defects below them are divided from it', () =>
    withImages([...several('.'), 'Defect/1.png', 'ground-truth/Defect/1_mask.png'], async (root) => {
      const { ids, notes } = await learnt(root);
      expect(ids.some((id) => id.includes('/'))).toBe(false);
      expect(notes).toEqual(['Good images: .; not learnt from: Defect, ground-truth.']);
    }));

  it.each([
    [
      'several classes',
      [...several('bolts'), ...several('nuts')],
      /several classes.*: bolts, nuts; .*`good`/,
    ],
    [
      'products in the layout of MVTec AD',
      [...several('screw/train/good'), 'screw/test/bent/1.png'],
      /one product .*: screw; .*`root`.*`category`/,
    ],
    [
      'two folders of good images',
      [...several('OK'), ...several('normal')],
      /several folders of good images: normal, OK/,
    ],
    [
      'defects and what is unknown',
      [...several('parts'), ...several('defect')],
      /defects in defect, and other folders: parts/,
    ],
    [
      'a folder of defects further down',
      ['1.png', 'monday/late/NG/2.png'],
      /holds defects: monday.late.NG; /,
    ],
  ])('are refused as %s, with what to say instead', (_, names, message) =>
    withImages(names, async (root) => {
      await expect(learnt(root)).rejects.toMatchObject({
        code: 'ambiguous',
        message: expect.stringMatching(message),
      });
    }),
  );

  it('are what is said: a folder by its name, or all of them', () =>
    withImages([...several('bolts'), ...several('nuts')], async (root) => {
      const bolts = await learnt(root, { good: 'Bolts' });
      expect(bolts.ids.every((id) => id.startsWith('bolts/'))).toBe(true);
      const all = await learnt(root, { good: '.' });
      expect(all.ids).toHaveLength(10);
      expect(all.notes).toEqual(['Good images: bolts, nuts.']);
      await expect(learnt(root, { good: 'gears' })).rejects.toMatchObject({ code: 'invalid-option' });
    }));
});

describe('what is no image', () => {
  it('masks beside images and in folders of their own are never learnt from', () =>
    withImages([...several('.'), '0_mask.png', 'inner/a.png', 'inner/Masks/a.png'], async (root) => {
      const { ids, notes } = await learnt(root);
      expect(ids).toEqual([...several('.').map((id) => id.slice(2)), 'inner/a.png']);
      expect(notes).toContain('2 pictures taken for masks by name, not for images, such as 0_mask.png.');
    }));

  it('run folders, overlays and maps below the root are left out, which is said', () =>
    withImages([...several('.'), '0.map.png', '0.overlay.png', 'runs/a/report/1.png'], async (root) => {
      await writeFile(join(root, 'runs/a/config.json'), '{}');
      await mkdir(join(root, 'runs/a/bundle'));
      const { ids, notes } = await learnt(root);
      expect(ids).toHaveLength(5);
      expect(notes).toContainEqual(
        expect.stringMatching(/^3 pictures left out, since predictions or evaluations/),
      );
    }));
});

describe('links', () => {
  it('to files and folders are followed at every depth, each folder once, and loops are left out', () =>
    inTempFolder(async (around) => {
      const root = join(around, 'root');
      await writeGrey(join(root, 'inner/1.png'), 10);
      await writeGrey(join(around, 'elsewhere/2.png'), 20);
      await writeGrey(join(around, 'single.png'), 30);
      await symlink(join(around, 'elsewhere'), join(root, 'inner/linked'));
      await symlink(join(around, 'single.png'), join(root, 'inner/3.png'));
      await symlink(join(around, 'elsewhere'), join(root, 'twice'));
      await symlink(root, join(root, 'inner/loop'));
      await symlink(around, join(root, 'up'));
      const names = (await imagePaths(root)).map((path) => path.slice(root.length + 1));
      expect(names).toEqual(['inner/1.png', 'inner/3.png', 'inner/linked/2.png']);
      const { notes } = await folder({ root, size: [2, 2], good: '.' });
      expect(notes).toContain('Links left out, since they lead to folders that are read already: 3.');
    }));
});
