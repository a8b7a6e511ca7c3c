import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRunConfig, type RunConfig } from '../src/run/run-config';
import { RunFolder } from '../src/run/run-folder';
import { listing } from './run-utad';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'utad-run-'));
});
afterEach(() => rm(root, { recursive: true }));

const config: RunConfig = {
  format: 1,
  detector: 'own',
  module: 'file:///own.mjs',
  dataset: 'folder',
  root: '/photos',
  category: null,
  limit: null,
  skipBad: false,
  augment: null,
  preset: 'plain',
  config: { a: 1 },
  seed: 0,
  backend: null,
  vgg19: null,
  checkpointEvery: 100,
};

describe('a run folder', () => {
  it('is made with its configuration, which is read back', async () => {
    const folder = new RunFolder(join(root, 'runs', 'a'));
    await folder.create(config);
    expect(await listing(root)).toEqual(['runs', join('runs', 'a'), join('runs', 'a', 'config.json')]);
    expect(await folder.readConfig()).toEqual(config);
  });

  it('takes configurations of runs that named no module', () => {
    const { module: _, ...before } = config;
    expect(parseRunConfig(JSON.stringify(before), 'config.json')).toEqual({ ...config, module: null });
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
      /--out: expected a new folder, but .* exists; --resume continues its run, --force replaces it$/,
    );
    await expect(folder.expectFree({ force: true })).resolves.toBeUndefined();
    await rm(folder.config);
    await writeFile(join(folder.path, 'notes.txt'), '');
    await expect(folder.expectFree({ force: true })).rejects.toThrow(/holds other things/);
    await expect(new RunFolder(join(folder.path, 'notes.txt')).expectFree({ force: true })).rejects.toThrow(
      /--out: expected a folder, received the file /,
    );
  });
});
