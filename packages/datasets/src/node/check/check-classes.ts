import { createHash } from 'node:crypto';
import { expectFolder } from '../image-paths';
import { cifar10Images } from '../one-class/cifar10-images';
import { idxImages } from '../one-class/idx-images';
import type { CheckOptions } from './check-dataset';
import { Duplicates } from './duplicates';
import type { PlacedDataset } from './placed-dataset';
import type { DatasetReport, Finding, KindCount } from './report';

/** As `checkDataset`, of a dataset of classes: every file against its format, every image against all others. */
export async function checkClasses(
  { known, root }: Extract<PlacedDataset, { kind: 'classes' }>,
  { onProgress, signal }: CheckOptions,
): Promise<DatasetReport> {
  await expectFolder(root, 'root');
  const duplicates = new Duplicates();
  const counts: KindCount[] = [];
  const findings: Finding[] = [];
  const total = known.images.train + known.images.test;
  const sizes: DatasetReport['sizes'][number][] = [];
  let images = 0;
  let channels = 3;
  const read = known.kind === 'idx' ? idxImages : cifar10Images;
  for (const split of ['train', 'test'] as const) {
    const perClass = known.categories.map(() => 0);
    let inSplit = 0;
    for await (const part of read(root, split)) {
      signal?.throwIfAborted();
      const { height, width } = part.layout;
      channels = part.layout.channels;
      sizes.push({ size: [height, width], images: part.labels.length });
      for (const [index, label] of part.labels.entries()) {
        perClass[label] = (perClass[label] ?? 0) + 1;
        const id = `${split}/${String(inSplit + index).padStart(5, '0')}`;
        const hash = createHash('sha256').update(part.image(index)).digest('hex');
        duplicates.add(hash, id, `${split}/${known.categories[label] ?? label}`);
      }
      inSplit += part.labels.length;
      images += part.labels.length;
      onProgress?.(images, Math.max(total, images));
    }
    for (const [label, kind] of known.categories.entries()) {
      counts.push({ category: null, split, defectType: kind, images: perClass[label] ?? 0, masks: 0 });
    }
    if (inSplit !== known.images[split]) {
      const message = `expected ${known.images[split]} ${split} images as ${known.title} has, found ${inSplit}`;
      findings.push({ finding: 'listing', wrong: true, paths: [root], message });
    }
  }
  return {
    images,
    counts,
    sizes: merged(sizes),
    modes: [{ mode: channels === 1 ? 'grey' : 'RGB', images }],
    marked: null,
    findings: [...findings, ...duplicates.findings()],
  };
}

/** Parts of the same size together. */
function merged(sizes: DatasetReport['sizes']): DatasetReport['sizes'] {
  const bySize = new Map<string, DatasetReport['sizes'][number]>();
  for (const { size, images } of sizes) {
    const before = bySize.get(size.join('x'))?.images ?? 0;
    bySize.set(size.join('x'), { size, images: before + images });
  }
  return [...bySize.values()];
}
