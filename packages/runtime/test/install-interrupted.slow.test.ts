import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { findNative } from '@utad/runtime/node';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './project';
import { addonPackages } from './stand-ins/addon-packages';
import { cannotInstall, onlyFrom, which } from './stand-ins/environment';
import { sharedFolder } from './stand-ins/folder';
import { installer } from './stand-ins/installer';
import { tensorflowWheel } from './stand-ins/libraries';
import { npmRegistry } from './stand-ins/npm-registry';
import { packageIndex } from './stand-ins/package-index';
import { processesNaming } from './stand-ins/processes';

const cannot = cannotInstall(2e9);
const libraries = sharedFolder();
const left = (cacheFolder: string) => readdirSync(join(cacheFolder, 'native')).sort();

/** As if the quarter of a minute had passed after which a dead installation's lock is no longer waited for. */
function age(cacheFolder: string): void {
  const past = Date.now() / 1000 - 20;
  utimesSync(join(cacheFolder, 'native.lock'), past, past);
}

describe.skipIf(cannot)(
  `interrupted installations${cannot ? `: skipped, ${cannot}` : ''}`,
  { timeout: 300_000 },
  async () => {
    const { run } = await installer();

    /** Everything answers; the wheel takes its time, so that the download can be met under way. */
    async function machine() {
      const index = await packageIndex([{ ...tensorflowWheel(libraries, 'tensorflow-cpu'), delay: 700 }]);
      await onlyFrom({ index: index.url, registry: await npmRegistry(addonPackages('tfjs-node')) });
      const cacheFolder = temporaryFolder();
      return { cacheFolder, here: { cacheFolder, projectFolder: temporaryFolder() } };
    }

    test.each(['space', 'headers', 'download', 'verify', 'package', 'extract', 'compile', 'check', 'place'])(
      'an interrupt while it is at %s leaves nothing, not even a program that it started',
      async (phase) => {
        const { cacheFolder, here } = await machine();
        const ended = await run(cacheFolder, {}, (line, child) => {
          // A moment later what the phase runs is running.
          if (line === `${phase} start`) setTimeout(() => child.kill('SIGINT'), 100);
        });
        // The shortest phases can be over before the signal comes; what was made is whole then.
        if (ended.code === 0) {
          expect(['space', 'headers', 'verify', 'extract', 'check', 'place']).toContain(phase);
          expect(findNative(here)).toBe('user cache');
          expect(left(cacheFolder)).toHaveLength(2);
        } else {
          expect(ended).toMatchObject({ code: 130, stderr: 'interrupted\n' });
          expect(findNative(here)).toBeUndefined();
          expect(left(cacheFolder)).toEqual([]);
        }
        expect(existsSync(join(cacheFolder, 'native.lock'))).toBe(false);
        expect(processesNaming(cacheFolder)).toEqual([]);
      },
    );

    test("an interrupt stops the compilers that a build's own programs have started", async () => {
      const { cacheFolder } = await machine();
      // A compiler that takes a minute, unless it is only asked whether it is one.
      const slow = `case "$*" in *-fsyntax-only*) ;; *) sleep 61.37;; esac; exec ${which('g++')} "$@"`;
      const index = await packageIndex([tensorflowWheel(libraries, 'tensorflow-cpu')]);
      const registry = await npmRegistry(addonPackages('tfjs-node'));
      await onlyFrom({ index: index.url, registry, programs: { 'g++': slow } });
      let interrupted = 0;
      const ended = await run(cacheFolder, {}, (line, child) => {
        if (line !== 'compile start') return;
        const wait = setInterval(() => {
          if (processesNaming('sleep 61.37').length === 0) return;
          clearInterval(wait);
          interrupted = performance.now();
          child.kill('SIGINT');
        }, 100);
      });
      expect(ended.code).toBe(130);
      expect(performance.now() - interrupted).toBeLessThan(30_000);
      expect(processesNaming('sleep 61.37')).toEqual([]);
      expect(left(cacheFolder)).toEqual([]);
    });

    test('one that is killed is never taken for whole, and the next one clears up and goes on', async () => {
      const { cacheFolder, here } = await machine();
      for (const phase of ['space', 'download', 'package', 'extract', 'compile', 'check', 'place']) {
        const ended = await run(cacheFolder, {}, (line, child) => {
          if (line !== `${phase} start`) return;
          if (phase === 'compile' || phase === 'download') setTimeout(() => child.kill('SIGKILL'), 300);
          else child.kill('SIGKILL');
        });
        expect(ended).toMatchObject({ signal: 'SIGKILL' });
        expect(findNative(here)).toBeUndefined();
        // At most one: each run has removed what the one before it left.
        expect(left(cacheFolder).filter((name) => name.startsWith('staging-')).length).toBeLessThanOrEqual(1);
        age(cacheFolder);
      }
      expect(await run(cacheFolder, {})).toMatchObject({ code: 0, stderr: '' });
      expect(findNative(here)).toBe('user cache');
      expect(left(cacheFolder)).toEqual([expect.stringMatching(/^tfjs-node-4/), 'wheels.json']);
      expect(existsSync(join(cacheFolder, 'native.lock'))).toBe(false);
    });

    test('an installation that is there survives the death of one that was to replace it', async () => {
      const { cacheFolder, here } = await machine();
      expect(await run(cacheFolder, {})).toMatchObject({ code: 0 });
      const ended = await run(cacheFolder, { force: true }, (line, child) => {
        if (line === 'compile start') child.kill('SIGKILL');
      });
      expect(ended).toMatchObject({ signal: 'SIGKILL' });
      expect(findNative(here)).toBe('user cache');
    });

    test('the lock of one that was killed is waited for no longer than a quarter of a minute', async () => {
      const { cacheFolder } = await machine();
      await run(cacheFolder, {}, (line, child) => {
        if (line === 'download start') child.kill('SIGKILL');
      });
      const began = performance.now();
      const ended = await run(cacheFolder, {}, (line, child) => {
        if (line === 'download start') child.kill('SIGINT');
      });
      expect(ended.lines).toContain('wait start');
      expect(ended.code).toBe(130);
      expect(performance.now() - began).toBeLessThan(40_000);
    });
  },
);
