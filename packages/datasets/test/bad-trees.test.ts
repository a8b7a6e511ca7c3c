import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAGNETIC_TILE, MVTEC_AD } from '@utad/datasets';
import { folder, manifest, openDataset } from '@utad/datasets/node';
import { describe } from 'vitest';
import { type Bad, refuses } from './bad-input';
import { writeBytes } from './class-files';
import { flat, writeGrey } from './pictures';

const size = [4, 4] as const;

/** Trees of images and masks. */
const washer = (root: string) => openDataset(MVTEC_AD, { root, category: 'a', split: 'test', size });
const mask = (root: string) => join(root, 'a/ground_truth/cut/1_mask.png');
const tile = (root: string) => openDataset(MAGNETIC_TILE, { root, split: 'test', size });
const trees: Bad[] = [
  [
    'a mask without an image',
    (root) => writeGrey(join(root, 'a/ground_truth/cut/7_mask.png')),
    washer,
    'mask-without-image',
    /^expected an image for every mask, found none for .*7_mask\.png$/,
  ],
  [
    'masks of a type without images',
    async (root) => {
      await writeGrey(join(root, 'a/ground_truth/bent/1_mask.png'));
      await writeGrey(join(root, 'a/ground_truth/bent/2_mask.png'));
    },
    washer,
    'mask-without-image',
    /found none for .*bent.1_mask\.png, and 1 more$/,
  ],
  [
    'a mask of another size',
    (root) => writeGrey(mask(root), 255, [8, 9]),
    washer,
    'size-mismatch',
    /1_mask\.png to be 8x8 as .* is, found 8x9$/,
  ],
  [
    'a mask that is missing',
    async (root) => {
      await rm(mask(root));
      await writeGrey(join(root, 'a/ground_truth/cut/2_mask.png'));
      await writeGrey(join(root, 'a/test/cut/2.png'));
    },
    washer,
    'mask-missing',
    /^expected a mask at .*1_mask\.png for .*1\.png, found none$/,
  ],
  [
    'a split that nobody published',
    async () => {},
    (root) => openDataset(MVTEC_AD, { root, category: 'a', split: 'validation', size }),
    'split-missing',
    /^expected the split train or test of .*, received validation$/,
  ],
  [
    'a tile whose mask is missing',
    async (root) => {
      await writeTiles(root);
      await rm(join(root, 'MT_Crack/Imgs/0.png'));
    },
    tile,
    'mask-missing',
    /^expected a mask at .*0\.png for .*0\.jpg, found none$/,
  ],
  [
    'a tile that is there twice',
    async (root) => {
      await writeTiles(root);
      for (const index of [1, 2, 3, 4])
        await writeFile(
          join(root, `MT_Free/Imgs/${index}.jpg`),
          await readFile(join(root, 'MT_Free/Imgs/0.jpg')),
        );
    },
    tile,
    'duplicate',
    /^expected no image in two splits, found .* \(train\) and .* \(test\) with the same content$/,
  ],
];

/** Folders and manifests. */
const plain = (root: string) => folder({ root, split: 'test', size });
const list = (text: string) => (root: string) => writeBytes(join(root, 'list.csv'), text);
const listed = (root: string) => manifest({ file: join(root, 'list.csv'), size });
const folders: Bad[] = [
  [
    'a mask without an image',
    async (root) => {
      await writeFolder(root);
      await writeGrey(join(root, 'masks/cut/9.png'));
    },
    plain,
    'mask-without-image',
    /found none for .*9\.png$/,
  ],
  [
    'a mask that is missing',
    async (root) => {
      await writeFolder(root);
      await rm(join(root, 'masks/cut/0.png'));
    },
    plain,
    'mask-missing',
    /^expected a mask at .*0\.png or .*0_mask\.png for .*0\.png, found none$/,
  ],
  [
    'a mask of another size',
    async (root) => {
      await writeFolder(root);
      await writeGrey(join(root, 'masks/cut/0.png'), 255, [4, 4]);
    },
    plain,
    'size-mismatch',
    /to be 8x8 as .* is, found 4x4$/,
  ],
  [
    'an image in two splits',
    async (root) => {
      await writeGrey(join(root, 'train/good/1.png'), 5);
      await writeGrey(join(root, 'test/good/2.png'), 5);
      await writeGrey(join(root, 'test/cut/3.png'), 6);
    },
    plain,
    'duplicate',
    /found .*train.good.1\.png \(train\) and .*test.good.2\.png \(test\) with the same content$/,
  ],
  [
    'defects to train on',
    async (root) => {
      await writeGrey(join(root, 'train/good/1.png'), 5);
      await writeGrey(join(root, 'train/cut/1.png'), 6);
      await writeGrey(join(root, 'test/good/2.png'), 7);
    },
    plain,
    'manifest',
    /^train: expected good images alone in .*, found train\/cut\/1\.png$/,
  ],
  [
    'no manifest',
    async () => {},
    listed,
    'root-missing',
    /^manifest: expected a CSV file or JSON lines, found none at /,
  ],
  [
    'an empty manifest',
    list(''),
    listed,
    'manifest',
    /line 1: expected the columns path, received an empty file$/,
  ],
  [
    'a manifest without a column of paths',
    list('file,label\na.png,0\n'),
    listed,
    'manifest',
    /line 1: expected the columns path, received file, label without path$/,
  ],
  [
    'neither label nor kind',
    list('path,mask\na.png,\n'),
    listed,
    'manifest',
    /line 2: expected a label or a kind, received neither$/,
  ],
  [
    'an unknown label',
    list('path,label\na.png,0\nb.png,perhaps\n'),
    listed,
    'manifest',
    /line 3: expected a label of 0, 1, good, .* received perhaps$/,
  ],
  [
    'a label that a kind contradicts',
    list('path,label,kind\na.png,good,bent\n'),
    listed,
    'manifest',
    /line 2: expected a label and a kind that agree, received good and bent$/,
  ],
  [
    'an unknown split',
    list('path,label,split\na.png,0,dev\n'),
    listed,
    'manifest',
    /line 2: expected a split of train, validation, test, received dev$/,
  ],
  [
    'a split for some lines',
    list('path,label,split\na.png,0,train\nb.png,0,\n'),
    listed,
    'manifest',
    /line 3: expected a split as in line 2, received none$/,
  ],
  [
    'a defect to train on',
    list('path,label,split\na.png,1,train\n'),
    listed,
    'manifest',
    /line 2: expected good images in train, received 1$/,
  ],
  [
    'a mask of a good image',
    list('path,label,mask\na.png,0,m.png\n'),
    listed,
    'manifest',
    /line 2: expected no mask for a good image, received m\.png$/,
  ],
  [
    'a mask for some defects',
    list('path,label,mask\na.png,1,m.png\nb.png,1,\n'),
    listed,
    'mask-missing',
    /line 3: expected a mask as in line 2, received none for b\.png$/,
  ],
  [
    'an image twice',
    list('path,label\na.png,0\n./a.png,0\n'),
    listed,
    'manifest',
    /line 3: expected each image once, received \.\/a\.png of line 2 again$/,
  ],
  [
    'a path that leads out',
    list('path,label\nin/../../a.png,0\n'),
    listed,
    'manifest',
    /line 2: expected a path inside .*, received in\/\.\.\/\.\.\/a\.png$/,
  ],
  [
    'an absolute path',
    list('path,label\n/etc/hostname,0\n'),
    listed,
    'manifest',
    /line 2: expected a path inside .*, received \/etc\/hostname$/,
  ],
  [
    'a mask that leads out',
    list('path,label,mask\na.png,1,../m.png\n'),
    listed,
    'manifest',
    /line 2: expected a path inside .*, received \.\.\/m\.png$/,
  ],
  [
    'cells too many',
    list('path,label\na.png,0,1,2\n'),
    listed,
    'manifest',
    /list\.csv, line 2: expected 2 cells as in the header, received 4$/,
  ],
  [
    'a quote without an end',
    list('path,label\n"a.png,0\n'),
    listed,
    'manifest',
    /list\.csv, line 2: expected CSV, received .*[Qq]uote/,
  ],
  [
    'no JSON in a line',
    (root) => writeBytes(join(root, 'list.jsonl'), '{"path":"a.png","label":0}\nnone\n'),
    (root) => manifest({ file: join(root, 'list.jsonl'), size }),
    'manifest',
    /list\.jsonl, line 2: expected a JSON object, received none$/,
  ],
  [
    'an image that is not there',
    async (root) => {
      await writeGrey(join(root, 'a.png'));
      await list('path,label,split\na.png,0,train\nb.png,0,test\n')(root);
    },
    listed,
    'unreadable',
    /^expected to read .*b\.png, received ENOENT$/,
  ],
];

async function writeTiles(root: string): Promise<void> {
  for (let index = 0; index < 5; index++) {
    await writeBytes(
      join(root, `MT_Free/Imgs/${index}.jpg`),
      await flat([index, 9, 9], [8, 8]).jpeg().toBuffer(),
    );
  }
  await writeBytes(join(root, 'MT_Crack/Imgs/0.jpg'), await flat([200, 9, 9], [8, 8]).jpeg().toBuffer());
  await writeGrey(join(root, 'MT_Crack/Imgs/0.png'), 255);
}

async function writeFolder(root: string): Promise<void> {
  for (let index = 0; index < 4; index++) await writeGrey(join(root, `good/${index}.png`), index);
  await writeGrey(join(root, 'cut/0.png'), 100);
  await writeGrey(join(root, 'masks/cut/0.png'), 255);
}

describe('trees', () =>
  refuses(trees, async (root) => {
    for (const path of ['a/train/good/1.png', 'a/test/good/1.png', 'a/test/cut/1.png'])
      await writeGrey(join(root, path));
    await writeGrey(mask(root), 255);
  }));
describe('folders and manifests', () => refuses(folders, async () => {}));
