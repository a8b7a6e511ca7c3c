import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installNative } from '@utad/runtime/node';
import { describe, expect, test, vi } from 'vitest';
import { findGpu, gpuProblem, platformProblem } from '../src/node/install/machine';
import { temporaryFolder } from './project';
import { smallDisk } from './small-disk';
import { onlyFrom } from './stand-ins/environment';

const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

const linux = { platform: 'linux', arch: 'x64', glibc: '2.36' } as const;

test('Linux with glibc on x64 and arm64 can be set up, with CUDA on x64 alone', () => {
  expect(platformProblem(linux)).toBeUndefined();
  expect(platformProblem({ ...linux, arch: 'arm64' })).toBeUndefined();
  expect(platformProblem({ ...linux, glibc: '2.27' })).toBeUndefined();
  expect(platformProblem(linux, true)).toBeUndefined();
  expect(platformProblem({ ...linux, arch: 'arm64' }, true)?.message).toBe(
    "TensorFlow's CUDA build is for x64, received arm64; run `utad backend install` without --gpu",
  );
});

test.each([
  [
    { platform: 'darwin', arch: 'arm64', glibc: undefined },
    'platform-unsupported',
    'utad sets TensorFlow up on Linux, received macOS; add @tensorflow/tfjs-node@4.22.0 to your project instead',
  ],
  [
    { platform: 'win32', arch: 'x64', glibc: undefined },
    'platform-unsupported',
    'utad sets TensorFlow up on Linux, received Windows; add @tensorflow/tfjs-node@4.22.0 to your project instead',
  ],
  [
    { ...linux, arch: 'riscv64' },
    'platform-unsupported',
    "TensorFlow's builds are for x64 and arm64, received riscv64",
  ],
  [
    { ...linux, glibc: undefined },
    'c-library-unsupported',
    'TensorFlow has no build for a C library other than glibc, such as musl of Alpine; use a system with glibc: the image node:22-slim instead of node:22-alpine, say',
  ],
  [
    { ...linux, glibc: '2.17' },
    'c-library-unsupported',
    'TensorFlow needs glibc 2.27 or later, received 2.17; use a newer system',
  ],
] as const)('elsewhere it is said what holds there: %o', (machine, code, message) => {
  expect(platformProblem(machine)).toMatchObject({ code, message });
});

test('a GPU under Windows is sent to WSL', () => {
  const problem = platformProblem({ platform: 'win32', arch: 'x64', glibc: undefined }, true);
  expect(problem?.remedy).toBe('an NVIDIA GPU is used under Linux, and on Windows under WSL 2');
});

test("the kernel's driver tells of a GPU where there is no nvidia-smi", async () => {
  const proc = temporaryFolder({
    'gpus/0000:01:00.0/information': 'Model: \t\t NVIDIA Stand-In\nIRQ:   	 16\n',
    version: 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n',
  });
  const gpu = await findGpu({ programs: ['/nowhere/nvidia-smi'], proc });
  expect(gpu).toEqual({ name: 'NVIDIA Stand-In', driver: '550.54.15' });
  expect(gpuProblem(gpu)).toBeUndefined();
  const none = await findGpu({ programs: ['/nowhere/nvidia-smi'], proc: join(proc, 'nothing') });
  expect(none).toBeUndefined();
  expect(gpuProblem(none)).toMatchObject({ code: 'gpu-missing' });
});

describe.skipIf(process.platform !== 'linux')(
  `tools${process.platform === 'linux' ? '' : ': skipped, this is not Linux'}`,
  () => {
    const PYTHON = 'case "$1" in -c) echo 3.11.4;; *) echo "pip 23.0.1 from x";; esac';
    const COMPILER = { python3: PYTHON, make: '', npm: '', 'g++': 'cat > /dev/null' };

    /** Installs with these programs and no others on the path. */
    async function installWith(programs: Record<string, string>) {
      const cacheFolder = join(temporaryFolder(), 'cache');
      await onlyFrom({ programs, only: ['sh', 'cat'] });
      const error = await failure(installNative({ cacheFolder }));
      expect(String(error)).not.toContain('\n');
      // Tools are looked for before anything is written.
      expect(existsSync(cacheFolder)).toBe(false);
      return error;
    }

    test('no Python', async () => {
      expect(await installWith({})).toMatchObject({
        phase: 'tools',
        code: 'python-missing',
        message:
          'native TensorFlow was not installed (tools): Python 3 with pip is needed, and python3 or python does not run; install it, on Debian and Ubuntu with `apt install python3-pip`',
      });
    });

    test('Python without pip is not taken for no Python', async () => {
      const noPip = `case "$1" in -c) echo 3.11.4;; *) echo "No module named pip" >&2; exit 1;; esac`;
      expect(await installWith({ ...COMPILER, python3: noPip })).toMatchObject({
        code: 'pip-missing',
        reason: 'python3 has no pip',
        remedy: expect.stringContaining('apt install python3-pip'),
      });
    });

    test('a second Python that has pip serves', async () => {
      const noPip = `case "$1" in -c) echo 3.11.4;; *) exit 1;; esac`;
      // The next thing missing is told: Python was found.
      expect(await installWith({ python3: noPip, python: PYTHON })).toMatchObject({ code: 'make-missing' });
    });

    test('a Python or pip that is too old is named with its version', async () => {
      const old = (python: string, pip: string) =>
        `case "$1" in -c) echo ${python};; *) echo "pip ${pip} from x";; esac`;
      expect(await installWith({ ...COMPILER, python3: old('2.7.18', '20.3.4') })).toMatchObject({
        code: 'python-too-old',
        reason: 'Python 3.8 or later is needed, python3 is 2.7.18',
      });
      expect(await installWith({ ...COMPILER, python3: old('3.8.2', '20.0.2') })).toMatchObject({
        code: 'pip-too-old',
        reason: 'pip 20.3 or later is needed, that of python3 is 20.0.2',
      });
    });

    test('no make', async () => {
      const { make: _, ...rest } = COMPILER;
      expect(await installWith(rest)).toMatchObject({
        code: 'make-missing',
        reason: 'make is needed to compile the addon and does not run',
        remedy: 'install it, on Debian and Ubuntu with `apt install make`',
      });
    });

    test('no compiler', async () => {
      const { 'g++': _, ...rest } = COMPILER;
      expect(await installWith(rest)).toMatchObject({
        code: 'compiler-missing',
        reason: 'a C++ compiler is needed to compile the addon, and g++ or c++ or clang++ does not run',
        remedy: expect.stringContaining('apt install g++'),
      });
    });

    test('a compiler without its library is told in its own words, and another one that has it serves', async () => {
      const bare = "cat > /dev/null; echo '<stdin>:1:10: fatal error: string: No such file' >&2; exit 1";
      expect(await installWith({ ...COMPILER, 'g++': bare })).toMatchObject({
        code: 'compiler-missing',
        reason:
          'a compiler of C++17 is needed to compile the addon (g++: <stdin>:1:10: fatal error: string: No such file)',
      });
      const { npm: _, ...rest } = COMPILER;
      expect(await installWith({ ...rest, 'g++': bare, 'clang++': 'cat > /dev/null' })).toMatchObject({
        code: 'npm-missing',
      });
    });

    test('no npm', async () => {
      const { npm: _, ...rest } = COMPILER;
      expect(await installWith(rest)).toMatchObject({ code: 'npm-missing' });
    });

    test('a cache folder that cannot be made is named, with what to set', async () => {
      await onlyFrom({ programs: COMPILER, only: ['sh', 'cat'] });
      const file = join(temporaryFolder({ taken: 'a file' }), 'taken');
      expect(await failure(installNative({ cacheFolder: file }))).toMatchObject({
        phase: 'space',
        code: 'cache-unwritable',
        reason: `the cache folder ${join(file, 'native')} cannot be written (ENOTDIR)`,
        remedy: 'make it writable, or set XDG_CACHE_HOME to a folder that is',
      });
    });

    const disk = smallDisk(2);
    test.skipIf('cannot' in disk)(
      `a disk without room is told with what is needed${'cannot' in disk ? `: skipped, ${disk.cannot}` : ''}`,
      async () => {
        await onlyFrom({ programs: COMPILER, only: ['sh', 'cat'] });
        const cacheFolder = 'folder' in disk ? disk.folder : '';
        expect(await failure(installNative({ cacheFolder }))).toMatchObject({
          phase: 'space',
          code: 'disk-full',
          reason: `the disk of ${join(cacheFolder, 'native')} is full (1.8 GB are needed, 0.0 GB are free)`,
        });
      },
    );

    const locked = smallDisk(2, ',ro');
    test.skipIf('cannot' in locked)(
      `a read-only cache folder is named${'cannot' in locked ? `: skipped, ${locked.cannot}` : ''}`,
      async () => {
        await onlyFrom({ programs: COMPILER, only: ['sh', 'cat'] });
        const cacheFolder = 'folder' in locked ? locked.folder : '';
        expect(await failure(installNative({ cacheFolder }))).toMatchObject({
          code: 'cache-unwritable',
          reason: `the cache folder ${join(cacheFolder, 'native')} cannot be written (EROFS)`,
        });
      },
    );

    test("pip's word of a full disk is understood", async () => {
      const cacheFolder = temporaryFolder();
      const python3 = `case "$1" in -c) echo 3.11.4;; *) case "$*" in *--version) echo "pip 23.0.1";; *)
        echo "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device" >&2; exit 1;; esac;; esac`;
      mkdirSync(join(cacheFolder, 'headers/include/node'), { recursive: true });
      writeFileSync(join(cacheFolder, 'headers/include/node/node_api.h'), '');
      await onlyFrom({ programs: { ...COMPILER, python3 }, only: ['sh', 'cat'] });
      vi.stubEnv('npm_config_nodedir', join(cacheFolder, 'headers'));
      expect(await failure(installNative({ cacheFolder }))).toMatchObject({
        phase: 'download',
        code: 'disk-full',
        reason: `the disk of ${join(cacheFolder, 'native')} is full`,
      });
    });
  },
);
