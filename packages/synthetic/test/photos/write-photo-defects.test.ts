import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MVTEC_AD } from '@utad/datasets';
import { openDataset } from '@utad/datasets/node';
import { withDefects } from '@utad/synthetic';
import { type WritePhotoDefectsOptions, writePhotoDefects } from '@utad/synthetic/node';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { inTempFolder } from '../temp-folder';
import { photographs, recordsOf } from './photographs';

/** Writes photographs as files, and lists them. */
async function written(folder: string, count: number, names = (index: number) => `${index}.png`) {
  const photos = photographs('capsule', count, [64, 96]);
  const files: { id: string; path: string; label: 0 }[] = [];
  for (const [index, { image, id }] of (await recordsOf(photos)).entries()) {
    const path = join(folder, 'photos', names(index));
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(
      path,
      await sharp(image, { raw: { width: 96, height: 64, channels: 3 } })
        .png()
        .toBuffer(),
    );
    files.push({ id, path, label: 0 });
  }
  return { photos, files };
}

const KINDS = ['scratch', 'hole'] as const;

describe('writing defects on photographs', () => {
  it('makes a test split that is read back as what was drawn', () =>
    inTempFolder(async (folder) => {
      const { photos, files } = await written(folder, 4);
      const root = join(folder, 'set');
      const steps: [number, number][] = [];
      const counts = await writePhotoDefects({
        ...{ photos: files, out: root, category: 'pill', defects: KINDS, defective: 2, seed: 3 },
        onProgress: (...step) => steps.push(step),
      });
      expect(counts).toEqual({ good: 2, defective: 4 });
      expect(steps).toEqual(Array.from({ length: 6 }, (_, index) => [index + 1, 6]));
      expect((await readdir(join(root, 'pill'))).sort()).toEqual(['clean_twin', 'ground_truth', 'test']);

      const expected = await recordsOf(withDefects(photos, { defects: KINDS, defective: 2, seed: 3 }));
      const found = await recordsOf(
        await openDataset(MVTEC_AD, { root, category: 'pill', split: 'test', size: [64, 96] }),
      );
      expect(found).toHaveLength(6);
      for (const { id, maskSize, ...record } of found) {
        const [, kind = '', name = ''] = id.split('/');
        const drawn = expected.find((one) => one.id === `${kind}/photos/${name.replace('.png', '.jpg')}`);
        expect({ ...record, id: drawn?.id }, id).toEqual(drawn);
        expect(maskSize).toEqual([64, 96]);
      }
      const made: unknown = JSON.parse(await readFile(join(root, 'synthetic.json'), 'utf8'));
      expect(made).toMatchObject({
        category: 'pill',
        defects: KINDS,
        seed: 3,
        photos: files.map(({ id }) => id),
      });
    }));

  it('resizes photographs where that is asked for, and keeps their own sizes where it is not', () =>
    inTempFolder(async (folder) => {
      const { files } = await written(folder, 2);
      const [file] = files;
      if (file === undefined) throw new Error('expected a file');
      await writeFile(
        file.path,
        await sharp(await readFile(file.path))
          .resize(50, 40)
          .png()
          .toBuffer(),
      );
      const sizes = async (size?: WritePhotoDefectsOptions['size']) => {
        const out = join(folder, size === undefined ? 'own' : 'asked');
        await writePhotoDefects({ photos: files, out, category: 'a', good: 1, ...(size && { size }) });
        const paths = (await readdir(join(out, 'a', 'test', 'good'))).map((name) =>
          join(out, 'a/test/good', name),
        );
        const other = (await readdir(join(out, 'a', 'test', 'hole'))).map((name) =>
          join(out, 'a/test/hole', name),
        );
        const found = await Promise.all([...paths, ...other].map((path) => sharp(path).metadata()));
        return found.map(({ height, width }) => `${height}x${width}`).sort();
      };
      expect(await sizes()).toEqual(['40x50', '64x96']);
      expect(await sizes([48, 40])).toEqual(['48x40', '48x40']);
    }));

  it('tells photographs of one name apart, and keeps grey ones grey', () =>
    inTempFolder(async (folder) => {
      const { files } = await written(folder, 3, (index) => `${index}/part.png`);
      for (const { path } of files) {
        await writeFile(
          path,
          await sharp(await readFile(path))
            .toColourspace('b-w')
            .png()
            .toBuffer(),
        );
      }
      const out = join(folder, 'set');
      await writePhotoDefects({ photos: files, out, category: 'a', good: 2, defects: ['contamination'] });
      const names = ['good', 'contamination'].map((kind) => readdir(join(out, 'a', 'test', kind)));
      expect((await Promise.all(names)).flat().sort()).toEqual(['0-part.png', '1-part.png', '2-part.png']);
      for await (const { channels } of (
        await openDataset(MVTEC_AD, { root: out, category: 'a', split: 'test', size: [64, 96] })
      ).records([0, 1, 2])) {
        expect(channels).toBe(1);
      }
    }));

  it.each<[string, Partial<WritePhotoDefectsOptions>, string]>([
    [
      'a category that leads elsewhere',
      { category: '../a' },
      'category: expected the name of a folder, received "../a"',
    ],
    ['a size that is too small', { size: [16, 64] }, 'size: expected 32 to 4096 pixels, received 16x64'],
    [
      'more good ones than photographs',
      { good: 9 },
      'withDefects: expected good to be a whole number below 4, the photos, received 9',
    ],
  ])('refuses %s, and writes nothing', (_, options, message) =>
    inTempFolder(async (folder) => {
      const { files } = await written(folder, 4);
      const out = join(folder, 'set');
      await expect(
        writePhotoDefects({ photos: files, out, category: 'a', ...options }),
      ).rejects.toMatchObject({
        code: 'invalid-option',
        message,
      });
      await expect(access(out)).rejects.toThrow();
    }),
  );

  it('leaves nothing where a photograph is none, one is of a defective part, or it is stopped', () =>
    inTempFolder(async (folder) => {
      const { files } = await written(folder, 4);
      const [first, ...others] = files;
      if (first === undefined) throw new Error('expected a file');
      const common = { out: join(folder, 'set'), category: 'a' };
      const bad = { ...first, label: 1 as const };
      await expect(writePhotoDefects({ ...common, photos: [bad, ...others] })).rejects.toThrow(
        'withDefects: expected good photos, of which photos/0.jpg is none, received anomalous',
      );
      const control = new AbortController();
      const stopped = { signal: control.signal, onProgress: (done: number) => done === 2 && control.abort() };
      await expect(writePhotoDefects({ ...common, ...stopped, photos: files })).rejects.toMatchObject({
        name: 'AbortError',
      });
      await writeFile(first.path, 'no image');
      await expect(writePhotoDefects({ ...common, photos: files })).rejects.toMatchObject({
        name: 'ImageError',
      });
      expect(await readdir(folder)).toEqual(['photos']);
    }));

  it('replaces only what was made so, and only if asked', () =>
    inTempFolder(async (folder) => {
      const { files } = await written(folder, 2);
      const common = { photos: files, category: 'a', defects: KINDS };
      const out = join(folder, 'set');
      await writePhotoDefects({ ...common, out });
      await expect(writePhotoDefects({ ...common, out })).rejects.toMatchObject({ code: 'exists' });
      await writePhotoDefects({ ...common, out, category: 'b', force: true });
      expect((await readdir(out)).sort()).toEqual(['b', 'synthetic.json']);
      await expect(
        writePhotoDefects({ ...common, out: join(folder, 'photos'), force: true }),
      ).rejects.toMatchObject({ code: 'exists' });
    }));
});
