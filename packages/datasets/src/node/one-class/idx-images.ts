import { join } from 'node:path';
import { DatasetError } from '../../errors';
import { parseIdx, parseIdxLabels } from '../../formats/idx';
import { kindOf } from '../image-paths';
import type { ClassImages } from './class-images';
import { readIdxFile } from './read-idx-file';

const PREFIX = { train: 'train', test: 't10k' } as const;
const CLASSES = 10;

/** The images of MNIST and what is laid out like it: two IDX files a split. */
export async function* idxImages(root: string, split: 'train' | 'test'): AsyncGenerator<ClassImages> {
  const labelFile = await find(root, `${PREFIX[split]}-labels`, 'idx1-ubyte');
  const imageFile = await find(root, `${PREFIX[split]}-images`, 'idx3-ubyte');
  const labels = parseIdxLabels(await readIdxFile(labelFile, { dimensions: 1, name: labelFile }), {
    classes: CLASSES,
    name: labelFile,
  });
  const images = parseIdx(await readIdxFile(imageFile, { dimensions: 3, name: imageFile }), {
    dimensions: 3,
    name: imageFile,
  });
  const [count = 0, height = 0, width = 0] = images.shape;
  if (count !== labels.length) {
    throw new DatasetError(
      'format',
      `IDX: expected as many images as labels, received ${count} in ${imageFile} and ${labels.length} in ${labelFile}`,
    );
  }
  const length = height * width;
  yield {
    layout: { height, width, channels: 1 },
    labels,
    image: (index) => images.values.slice(index * length, (index + 1) * length),
  };
}

/** The file as it was published and as others spell it, compressed or not. */
async function find(root: string, stem: string, ending: string): Promise<string> {
  const names = [`${stem}-${ending}.gz`, `${stem}-${ending}`, `${stem}.${ending}.gz`, `${stem}.${ending}`];
  for (const name of names) {
    const path = join(root, name);
    if ((await kindOf(path)) === 'file') return path;
  }
  throw new DatasetError('split-missing', `expected ${names.join(' or ')} in ${root}, found none of them`);
}
