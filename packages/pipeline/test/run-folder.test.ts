import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listing } from '../../../scripts/testing/listing';
import { parseRunConfig, type RunConfig, RunFolder } from '../src/node/run-folder';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'utad-run-'));
});
afterEach(() => rm(root, { recursive: true }));

const config: RunConfig = {
  detector: 'own',
  module: 'file:///own.mjs',
  dataset: 'folder',
  root: '/photos',
  category: null,
  limit: null,
  skipBad: false,
  augment: null,
  roi: null,
  preset: 'plain',
  config: { a: 1 },
  seed: 0,
  backend: null,
  assets: {},
  checkpointEvery: 100,
};

describe('a run folder', () => {
  it('is made with its configuration, which is read back', async () => {
    const folder = new RunFolder(join(root, 'runs', 'a'));
    await folder.create(config);
    expect(await listing(root)).toEqual(['runs', join('runs', 'a'), join('runs', 'a', 'config.json')]);
    expect(await folder.readConfig()).toEqual(config);
  });

  it('takes configurations as they were first written, some of which named no module', () => {
    // From the release before assets had names of their own.
    const before = {
      format: 1,
      detector: 'two-stage',
      dataset: 'mvtec',
      root: '/mvtec',
      category: 'screw',
      limit: 8,
      skipBad: true,
      augment: { rotation: 5 },
      preset: 'fast',
      config: { score: { reduction: 'max' } },
      seed: 3,
      backend: 'wasm',
      vgg19: 'bundled',
      checkpointEvery: 20,
    };
    const { format: _, vgg19, ...same } = before;
    const read = { ...same, module: null, roi: null, assets: { vgg19 } };
    expect(parseRunConfig(JSON.stringify(before), 'config.json')).toEqual(read);
    expect(parseRunConfig(JSON.stringify({ ...before, vgg19: null }), 'config.json').assets).toEqual({});
    expect(() => parseRunConfig(JSON.stringify({ ...before, format: 3 }), 'c')).toThrow(
      /^c: expected .* format/,
    );
  });

  it('says to readers of the first format what weights of VGG-19 it has', async () => {
    const folder = new RunFolder(join(root, 'a'));
    const assets = { vgg19: '/vgg19.safetensors', bank: '/bank' };
    await folder.create({ ...config, assets });
    const written = JSON.parse(await readFile(folder.config, 'utf8'));
    expect(written).toMatchObject({ format: 2, assets, vgg19: '/vgg19.safetensors' });
    expect((await folder.readConfig()).assets).toEqual(assets);
  });

  it('is swept of what a killed process left, and of nothing else', async () => {
    const [left, theirs] = [join(root, 'a.new-0123abcd'), join(root, 'a.new-mine')];
    for (const path of [left, theirs]) await mkdir(path);
    const folder = new RunFolder(join(root, 'a'));
    await folder.create(config);
    expect(await listing(root)).toEqual(['a', 'a.new-mine', join('a', 'config.json')]);

    for (const name of ['history.json.0123abcd.tmp', 'history.json', 'mine.0123abcd.tmp', 'notes.tmp']) {
      await writeFile(join(folder.path, name), '');
    }
    await folder.sweep();
    expect(await listing(folder.path)).toEqual([
      'config.json',
      'history.json',
      'mine.0123abcd.tmp',
      'notes.tmp',
    ]);
    for (const name of [
      'metrics.json',
      'scores.json',
      'scores.csv',
      'scores.csv.0123abcd.tmp',
      'report.html',
    ]) {
      await writeFile(join(folder.path, name), '');
    }
    for (const name of ['maps', 'overlays'])
      await mkdir(join(folder.path, name, 'screw'), { recursive: true });
    await folder.clear();
    expect(await listing(folder.path)).toEqual(['mine.0123abcd.tmp', 'notes.tmp']);
  });

  it('loses the torn last line of its events, and none that is whole', async () => {
    const folder = new RunFolder(join(root, 'a'));
    await folder.create(config);
    folder.appendEvent({ step: 1, name: 'ē' });
    const whole = await readFile(folder.events);
    for (const torn of ['', '{"step":', '{"step":2}']) {
      await writeFile(folder.events, Buffer.concat([whole, Buffer.from(torn)]));
      await folder.sweep();
      expect(await readFile(folder.events, 'utf8')).toBe('{"step":1,"name":"ē"}\n');
    }
  });

  it('is never taken over unless that is asked for', async () => {
    const folder = new RunFolder(join(root, 'a'));
    await expect(folder.expectFree({ force: false })).resolves.toBeUndefined();
    await folder.create(config);
    await expect(folder.expectFree({ force: false })).rejects.toThrow(
      /`out`: expected a new folder, but .* exists; `resume` continues its run, `force` replaces it$/,
    );
    await expect(folder.expectFree({ force: true })).resolves.toBeUndefined();
    await rm(folder.config);
    await writeFile(join(folder.path, 'notes.txt'), '');
    await expect(folder.expectFree({ force: true })).rejects.toThrow(/holds other things/);
    await expect(new RunFolder(join(folder.path, 'notes.txt')).expectFree({ force: true })).rejects.toThrow(
      /`out`: expected a folder, received the file /,
    );
  });
});
