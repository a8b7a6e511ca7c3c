import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdLock, LockedError, withExclusive } from '@utad/files/node';
import { afterEach, beforeEach, expect, it } from 'vitest';

let root = '';
const at = (path: string) => join(root, path);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'utad-hold-'));
});
afterEach(() => rm(root, { recursive: true }));

const listing = async () => (await readdir(root, { recursive: true })).sort();
const refused = (path: string) =>
  withExclusive(path, 'predict', async () => 'never').catch((e: unknown) => e);

/** The lock that another process left or holds. */
const lockOf = (pid: number, host = hostname(), started: string | null = null) =>
  writeFile(
    at('.run.lock'),
    JSON.stringify({ pid, host, command: 'train', since: '2026-01-01T00:00:00.000Z', started }),
  );

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

it('refuses who comes second, by any name of the folder, and says who holds it', async () => {
  await mkdir(at('run'));
  await symlink('run', at('link'));
  await withExclusive(at('run'), 'train', async () => {
    expect(await listing()).toEqual(['.run.lock', 'link', 'run']);
    const error = await refused(at('link'));
    expect(error).toBeInstanceOf(LockedError);
    expect(error).toMatchObject({
      ...{ code: 'locked', path: at('link'), holder: { pid: process.pid, command: 'train' } },
      message: expect.stringMatching(
        new RegExp(`^${at('link')} is in use by train, process ${process.pid} on \\S+ since 20\\S+Z$`),
      ),
    });
  });
  expect(await listing()).toEqual(['link', 'run']);
  expect(await withExclusive(at('run'), 'train', async () => 'free again')).toBe('free again');
});

it('is for what is not there yet, and leaves no folder behind', async () => {
  const release = await holdLock(at('deep/run'), 'train');
  expect(await listing()).toEqual(['deep', 'deep/.run.lock']);
  await release();
  expect(await listing()).toEqual([]);
});

it('is given up where the work fails', async () => {
  const work = withExclusive(at('run'), 'train', () => Promise.reject(new Error('broken')));
  await expect(work).rejects.toThrow('broken');
  expect(await listing()).toEqual([]);
});

it('takes over from a process that is gone, from one before with the same number too', async () => {
  for (const pid of [await deadProcess(), process.pid]) {
    await lockOf(pid);
    const release = await holdLock(at('run'), 'predict');
    expect(JSON.parse(await readFile(at('.run.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    await release();
    expect(await listing()).toEqual([]);
  }
});

it.runIf(process.platform === 'linux')('tells a process from one that got its number later', async () => {
  await lockOf(process.ppid, hostname(), '1');
  await withExclusive(at('run'), 'predict', async () => undefined);
  const started = (await readFile(`/proc/${process.ppid}/stat`, 'utf8')).split(') ').at(-1)?.split(' ')[19];
  await lockOf(process.ppid, hostname(), started ?? null);
  expect(await refused(at('run'))).toMatchObject({ code: 'locked', holder: { pid: process.ppid } });
});

it('waits for a sign of another machine for a minute', async () => {
  await lockOf(1, 'another-machine');
  expect(await refused(at('run'))).toMatchObject({ holder: { host: 'another-machine' } });
  const past = new Date(Date.now() - 61_000);
  await utimes(at('.run.lock'), past, past);
  expect(await refused(at('run'))).toBe('never');
});

it('lets one in at a time where several find a lock of a process that is gone', async () => {
  await lockOf(await deadProcess());
  const [inside, most]: [Set<number>, number[]] = [new Set(), []];
  const work = (number: number) => async () => {
    most.push(inside.add(number).size);
    await new Promise((resolve) => setTimeout(resolve, 300));
    inside.delete(number);
  };
  await Promise.allSettled([1, 2, 3].map((number) => withExclusive(at('run'), 'predict', work(number))));
  expect(Math.max(...most)).toBe(1);
  expect(await listing()).toEqual([]);
});
