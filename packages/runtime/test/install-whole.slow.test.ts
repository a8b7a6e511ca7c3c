import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  findNative,
  InstallError,
  type InstallEvent,
  installNative,
  listBackends,
  removeNative,
} from '@utad/runtime/node';
import { describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from './project';
import { smallDisk } from './small-disk';
import { addonPackages } from './stand-ins/addon-packages';
import { cannotInstall, onlyFrom } from './stand-ins/environment';
import { sharedFolder } from './stand-ins/folder';
import { tensorflowWheel } from './stand-ins/libraries';
import { npmRegistry } from './stand-ins/npm-registry';
import { type OfferedWheel, packageIndex } from './stand-ins/package-index';

// Real pip, npm, node-gyp, make and compiler, on a package index and an npm registry of this machine with small
// stand-ins for TensorFlow and tfjs-node.

const cannot = cannotInstall(2e9);
const libraries = sharedFolder();
const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
const left = (cacheFolder: string) => readdirSync(join(cacheFolder, 'native')).sort();
const CPU = 'tfjs-node-4.22.0-tf2.21.0-linux-';

describe.skipIf(cannot)(
  `installing from stand-ins${cannot ? `: skipped, ${cannot}` : ''}`,
  { timeout: 300_000 },
  () => {
    test('native TensorFlow is installed, found, used again, repaired, and removed without a trace', async () => {
      const wheel = tensorflowWheel(libraries, 'tensorflow-cpu');
      const index = await packageIndex([wheel]);
      await onlyFrom({ index: index.url, registry: await npmRegistry(addonPackages('tfjs-node')) });
      const cacheFolder = temporaryFolder({ 'other/kept.txt': 'not ours' });
      const here = { cacheFolder, projectFolder: temporaryFolder() };
      const events: InstallEvent[] = [];

      const install = await installNative({ cacheFolder, onEvent: (event) => events.push(event) });
      expect(install).toMatchObject({
        version: '4.22.0',
        tensorflow: '2.21.0',
        wheel: wheel.file,
        reused: false,
      });
      expect(
        events.filter(({ status }) => status === 'done').map(({ phase, item }) => [phase, item]),
      ).toEqual([
        ['tools', undefined],
        ['space', undefined],
        ['headers', undefined],
        ['download', 'tensorflow-cpu'],
        ['verify', 'tensorflow-cpu'],
        ['package', undefined],
        ['extract', 'tensorflow-cpu'],
        ['compile', undefined],
        ['check', undefined],
        ['place', undefined],
      ]);
      const [folder] = left(cacheFolder);
      expect(left(cacheFolder)).toEqual([expect.stringContaining(CPU), 'wheels.json']);
      expect(install.folder).toBe(join(cacheFolder, 'native', folder ?? ''));
      expect(existsSync(join(cacheFolder, 'native.lock'))).toBe(false);
      expect(JSON.parse(readFileSync(join(cacheFolder, 'native', 'wheels.json'), 'utf8'))).toEqual({
        [wheel.file]: install.sha256,
      });
      expect(findNative(here)).toBe('user cache');
      expect((await listBackends(here)).find(({ name }) => name === 'tfjs-node')).toEqual({
        name: 'tfjs-node',
        available: true,
        version: '2.21.0',
        reason: 'TensorFlow 2.21.0 (user cache)',
      });

      expect(await installNative({ cacheFolder })).toMatchObject({ reused: true, wheels: install.wheels });
      expect(index.served).toEqual([wheel.file]);

      // A cleaner of caches, say, takes the library away: what is left is not passed off as an installation.
      rmSync(join(install.folder, 'node_modules/@tensorflow/tfjs-node/deps/lib/libtensorflow_cc.so.2'));
      expect((await listBackends(here)).find(({ name }) => name === 'tfjs-node')).toMatchObject({
        available: false,
        reason: expect.stringMatching(/libtensorflow_cc\.so\.2: cannot open .* \(user cache\)$/),
      });
      expect(await installNative({ cacheFolder })).toMatchObject({ reused: false });
      expect(left(cacheFolder)).toEqual([folder, 'wheels.json']);

      const removal = await removeNative({ cacheFolder });
      expect(removal.removed).toEqual([install.folder]);
      expect(removal.bytes).toBeGreaterThan(10_000);
      expect(findNative(here)).toBeUndefined();
      expect(readdirSync(cacheFolder)).toEqual(['other']);
      expect(await removeNative({ cacheFolder })).toEqual({ removed: [], bytes: 0 });
      expect(readdirSync(cacheFolder)).toEqual(['other']);
    });

    test('of two installations at once the second waits and uses what the first has made', async () => {
      const index = await packageIndex([{ ...tensorflowWheel(libraries, 'tensorflow-cpu'), delay: 1000 }]);
      await onlyFrom({ index: index.url, registry: await npmRegistry(addonPackages('tfjs-node')) });
      const cacheFolder = temporaryFolder();
      const waited: boolean[] = [false, false];
      const installs = await Promise.all(
        waited.map((_, i) =>
          installNative({
            cacheFolder,
            onEvent: ({ phase }) => {
              if (phase === 'wait') waited[i] = true;
            },
          }),
        ),
      );
      expect(installs.map(({ reused }) => reused)).toEqual(waited);
      expect(waited.filter(Boolean)).toHaveLength(1);
      expect(installs[0]?.folder).toBe(installs[1]?.folder);
      expect(index.served).toHaveLength(1);
    });

    /** Nothing of an installation that failed may stay, or be taken for one. */
    async function refused(cacheFolder: string, expected: object) {
      const error = await failure(installNative({ cacheFolder }));
      expect(error).toBeInstanceOf(InstallError);
      expect(error).toMatchObject(expected);
      expect(String(error)).not.toContain('\n');
      expect(left(cacheFolder).filter((name) => name.startsWith('staging'))).toEqual([]);
      expect(existsSync(join(cacheFolder, 'native.lock'))).toBe(false);
      return error;
    }

    test('a damaged wheel is refused and not remembered: the right one is installed afterwards', async () => {
      const wheel = tensorflowWheel(libraries, 'tensorflow-cpu');
      const registry = await npmRegistry(addonPackages('tfjs-node'));
      const cacheFolder = temporaryFolder();
      const offer = async (offered: OfferedWheel) =>
        onlyFrom({ index: (await packageIndex([offered])).url, registry });

      // The middle of the library is overwritten: pip looks at the directory of the archive, which is whole.
      const altered = Buffer.from(wheel.bytes);
      altered.fill(7, 2000, 2100);
      await offer({ ...wheel, bytes: altered });
      await refused(cacheFolder, {
        phase: 'extract',
        code: 'wheel-damaged',
        reason: expect.stringMatching(/libtensorflow_cc\.so\.2 has another checksum/),
      });
      expect(left(cacheFolder)).toEqual([]);

      await offer(wheel);
      await installNative({ cacheFolder });
      await removeFolderOf(cacheFolder);

      // Now it is known, and another file of its name is not even looked into.
      await offer({ ...wheel, bytes: altered });
      await refused(cacheFolder, {
        phase: 'verify',
        code: 'wheel-altered',
        remedy: expect.stringContaining('wheels.json'),
      });
      expect(left(cacheFolder)).toEqual(['wheels.json']);
    });

    async function removeFolderOf(cacheFolder: string) {
      const folder = left(cacheFolder).find((name) => name.startsWith(CPU)) ?? '';
      rmSync(join(cacheFolder, 'native', folder), { recursive: true });
    }

    test("a wheel that is not what its index says is refused in pip's place", async () => {
      const wheel = tensorflowWheel(libraries, 'tensorflow-cpu');
      await onlyFrom({ index: (await packageIndex([{ ...wheel, declares: 'ab'.repeat(32) }])).url });
      await refused(temporaryFolder(), {
        phase: 'download',
        code: 'wheel-altered',
        reason: expect.stringMatching(
          /^the wheel of tensorflow-cpu==2\.21\.0 has another hash .*\([0-9a-f]{64}\)$/,
        ),
      });
    });

    test('a download that breaks off is told as such', async () => {
      const wheel = tensorflowWheel(libraries, 'tensorflow-cpu');
      await onlyFrom({ index: (await packageIndex([{ ...wheel, breaksOffAfter: 5000 }])).url });
      const error = await refused(temporaryFolder(), { phase: expect.stringMatching(/download|extract/) });
      expect(error).toMatchObject({ code: expect.stringMatching(/^(index-unreachable|wheel-damaged)$/) });
    });

    test('an index that does not answer is told apart from one that does not have TensorFlow', async () => {
      await onlyFrom({});
      await refused(temporaryFolder(), {
        phase: 'download',
        code: 'index-unreachable',
        message: expect.stringMatching(
          /index not reached: \[Errno 111\] Connection refused\).*; look at the network/,
        ),
      });
      await onlyFrom({ index: (await packageIndex([])).url });
      await refused(temporaryFolder(), {
        phase: 'download',
        code: 'wheel-missing',
        message: expect.stringMatching(
          /No matching distribution found for tensorflow-cpu==2\.21\.0; the index/,
        ),
      });
    });

    test('an npm registry that does not answer is told, with where to look', async () => {
      const index = await packageIndex([tensorflowWheel(libraries, 'tensorflow-cpu')]);
      await onlyFrom({ index: index.url });
      await refused(temporaryFolder(), {
        phase: 'package',
        code: 'registry-unreachable',
        remedy: expect.stringContaining('npm config get registry'),
      });
    });

    test('an addon that does not compile is told in the words of the compiler', async () => {
      const index = await packageIndex([tensorflowWheel(libraries, 'tensorflow-cpu')]);
      const packages = addonPackages('tfjs-node', { binding: '#include "tensorflow/c/not_there.h"\n' });
      await onlyFrom({ index: index.url, registry: await npmRegistry(packages) });
      await refused(temporaryFolder(), {
        phase: 'compile',
        code: 'compile-failed',
        reason: expect.stringMatching(/tfjs_binding\.cc:1:10: fatal error: tensorflow\/c\/not_there\.h/),
      });
    });

    test('a library of another version than it should be does not pass the check', async () => {
      const index = await packageIndex([tensorflowWheel(libraries, 'tensorflow-cpu', '2.9.1')]);
      await onlyFrom({ index: index.url, registry: await npmRegistry(addonPackages('tfjs-node')) });
      await refused(temporaryFolder(), {
        phase: 'check',
        code: 'check-failed',
        reason: 'expected TensorFlow 2.21.0 of the addon, received 2.9.1',
      });
    });

    const home = smallDisk(2, ',ro');
    test.skipIf('cannot' in home)(
      `a home folder that cannot be written is no hindrance where the cache is elsewhere${'cannot' in home ? `: skipped, ${home.cannot}` : ''}`,
      async () => {
        const index = await packageIndex([tensorflowWheel(libraries, 'tensorflow-cpu')]);
        await onlyFrom({ index: index.url, registry: await npmRegistry(addonPackages('tfjs-node')) });
        vi.stubEnv('HOME', 'folder' in home ? home.folder : '');
        vi.stubEnv('npm_config_cache', undefined);
        const cacheFolder = temporaryFolder();
        expect(await installNative({ cacheFolder })).toMatchObject({ reused: false });
        expect(left(cacheFolder)).toEqual([expect.stringContaining(CPU), 'wheels.json']);
      },
    );

    test('the addon is loaded from where it was moved to, not from where it was built', async () => {
      const index = await packageIndex([tensorflowWheel(libraries, 'tensorflow-cpu')]);
      await onlyFrom({ index: index.url, registry: await npmRegistry(addonPackages('tfjs-node')) });
      // Blanks and quotes in a home folder are nothing unusual.
      const cacheFolder = join(temporaryFolder(), "a user's cache");
      const { folder } = await installNative({ cacheFolder });
      const addon: unknown = createRequire(import.meta.url)(
        join(folder, 'node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node'),
      );
      expect(addon).toMatchObject({ TF_Version: '2.21.0' });
    });
  },
);
