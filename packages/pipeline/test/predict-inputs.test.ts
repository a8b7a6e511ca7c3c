import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listInputs } from '@utad/pipeline/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-inputs-'));
  for (const name of ['a/1.png', 'a/1.jpg', 'b/1.png', 'b/I.PNG', 'b/i.jpg']) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), '');
  }
});
afterEach(() => rm(folder, { recursive: true }));

const options = { out: 'out', tiff: true };

describe('what is written of an image to predict', () => {
  it('is named after it, folders kept, and kept apart where names are the same but for case and extension', async () => {
    const inputs = await listInputs([folder], options);
    expect(inputs.map(({ tiff }) => tiff)).toEqual(
      ['a/1.tiff', 'a/1-2.tiff', 'b/1.tiff', 'b/i.tiff', 'b/I-2.tiff'].map((name) => join('out', name)),
    );
    expect(inputs[0]).toMatchObject({
      map: join('out', 'a', '1.map.png'),
      overlay: join('out', 'a', '1.overlay.png'),
    });
  });

  it('lies in the folder asked for, wherever the image lies', async () => {
    const [first, second] = await listInputs([join(folder, 'a/1.png'), join(folder, 'b/1.png')], options);
    expect([first?.tiff, second?.tiff]).toEqual([join('out', '1.tiff'), join('out', '1-2.tiff')]);
  });

  it('has no raw map unless asked for', async () => {
    const inputs = await listInputs([folder], { ...options, tiff: false });
    expect(inputs.map(({ tiff }) => tiff)).toEqual(inputs.map(() => null));
  });
});
