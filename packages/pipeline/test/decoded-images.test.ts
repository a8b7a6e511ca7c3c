import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSynthetic } from '@utad/synthetic/node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { decodedImagesFolder, type OpenDataOptions, openData } from '../src/node/data';

let folder = '';
let root = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-cli-'));
  root = join(folder, 'data');
  const counts = { train: 3, good: 1, defective: 1 };
  await writeSynthetic({ out: root, categories: ['button'], ...counts, size: [32, 32] });
  // The user's cache folder by the custom of each system.
  vi.stubEnv('XDG_CACHE_HOME', folder);
  vi.stubEnv('LOCALAPPDATA', folder);
  vi.stubEnv('HOME', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const source = () => ({ dataset: 'mvtec', root, category: 'button' }) as const;
const options: OpenDataOptions = {
  split: 'train',
  size: [16, 16],
  limit: null,
  seed: 0,
  skipBad: false,
  quiet: true,
};
const kept = async () =>
  (await readdir(decodedImagesFolder(), { recursive: true })).filter((name) => name.endsWith('.pack'));

it('decoded images are kept in the cache folder of the user where that is asked for, and nowhere else', async () => {
  await openData(source(), options);
  await expect(kept()).rejects.toThrow('ENOENT');
  const { data } = await openData(source(), { ...options, cache: true });
  expect(await kept()).toHaveLength(1);
  expect(data.fingerprint).toBe((await openData(source(), options)).data.fingerprint);
});

it('a cache folder that cannot be made is said in one line, and training goes on', async () => {
  await writeFile(join(folder, 'utad'), '');
  const onEvent = vi.fn<NonNullable<OpenDataOptions['onEvent']>>();
  const { data } = await openData(source(), { ...options, cache: true, onEvent });
  expect(data.count).toBe(3);
  expect(onEvent.mock.calls.flat().filter(({ type }) => type === 'note')).toEqual([
    {
      type: 'note',
      message: expect.stringMatching(/^cache of decoded images in .+ E(NOTDIR|EXIST).+\.$/),
    },
  ]);
});
