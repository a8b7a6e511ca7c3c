import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Size } from '@utad/core';
import type { ImageEntry } from '@utad/datasets/node';
import { picture, read } from '../pictures';

export const SIZE: Size = [12, 10];

/** Noise that a number decides: no two images are alike. */
export function noise(seed: number, [height, width]: Size): Uint8Array {
  let state = (seed + 1) * 2654435761;
  return Uint8Array.from({ length: height * width * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** Writes noise of 24x20 as PNG files, a defective one with mask and clean twin after every two good ones. */
export async function writeImages(root: string, count: number): Promise<ImageEntry[]> {
  const entries: ImageEntry[] = [];
  for (let index = 0; index < count; index++) {
    const path = join(root, `${index}.png`);
    await writePng(path, noise(index, [24, 20]), [24, 20]);
    if (index % 3 < 2) {
      entries.push({ id: `${index}`, label: 0, defectType: 'good', path, mask: 'none' });
      continue;
    }
    const [mask, twin] = [join(root, 'masks', `${index}.png`), join(root, 'twins', `${index}.png`)];
    const spots = Uint8Array.from({ length: 24 * 20 }, (_, at) => (at % (index + 2) === 0 ? 255 : 0));
    await writePng(mask, spots, [24, 20]);
    await writePng(twin, noise(1000 + index, [24, 20]), [24, 20]);
    entries.push({
      id: `${index}`,
      label: 1,
      defectType: 'spots',
      path,
      mask: { path: mask },
      cleanTwinPath: twin,
    });
  }
  return entries;
}

export async function writePng(path: string, pixels: Uint8Array, size: Size): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await picture(pixels, size).png().toBuffer());
}

export { read };

/** Waits until files written before are so old that their times would tell of any change. */
export const becomeOld = (): Promise<void> => new Promise((done) => setTimeout(done, 2_100));
