import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { extract, nvidiaDeps, tensorflowDeps } from '../src/node/install/extract';
import { requireSpace } from '../src/node/install/installation';
import { explain } from '../src/node/install/problem';
import { temporaryFolder } from './project';
import { smallDisk } from './small-disk';
import { type ZipOptions, zip } from './zip';

const options = { place: tensorflowDeps, largest: 4_000_000_000 };

function archive(entries: Parameters<typeof zip>[0], zipOptions?: ZipOptions) {
  const folder = temporaryFolder();
  const file = join(folder, 'wheel.whl');
  writeFileSync(file, zip(entries, zipOptions));
  return { file, target: join(folder, 'inside', 'deps'), folder };
}

test('only the two libraries and the three header folders are unpacked, as lib and include', async () => {
  const { file, target } = archive({
    'tensorflow/libtensorflow_cc.so.2': 'cc',
    'tensorflow/libtensorflow_framework.so.2': 'framework',
    'tensorflow/include/tensorflow/c/c_api.h': 'header',
    'tensorflow/include/tensorflow/python/thing.py': 'not a header',
    'tensorflow/include/external/other.h': 'not needed',
    'tensorflow/python/big.so': 'not needed',
  });
  await extract(file, target, options);
  const files = readdirSync(target, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files.map(({ name }) => name).sort()).toEqual([
    'c_api.h',
    'libtensorflow_cc.so.2',
    'libtensorflow_framework.so.2',
  ]);
  expect(readFileSync(join(target, 'lib', 'libtensorflow_cc.so.2'), 'utf8')).toBe('cc');
});

test("NVIDIA's libraries keep their places beside each other, and the compiler can be run", async () => {
  const { file, target } = archive({
    'nvidia/cudnn/lib/libcudnn.so.9': 'cudnn',
    'nvidia/cudnn/include/cudnn.h': 'not needed',
    'nvidia/cuda_nvcc/bin/ptxas': 'ptxas',
    'nvidia/cuda_nvcc/bin/crt/link.stub': 'not needed',
    'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc': 'bitcode',
    'nvidia_cudnn_cu12-9.9.9.dist-info/METADATA': 'not needed',
  });
  await extract(file, target, { ...options, place: nvidiaDeps });
  const files = readdirSync(target, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(target.length + 1));
  expect(files.sort()).toEqual([
    'nvidia/cuda_nvcc/bin/ptxas',
    'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
    'nvidia/cudnn/lib/libcudnn.so.9',
  ]);
  expect(statSync(join(target, 'nvidia/cuda_nvcc/bin/ptxas')).mode & 0o111).toBe(0o111);
  expect(statSync(join(target, 'nvidia/cudnn/lib/libcudnn.so.9')).mode & 0o111).toBe(0);
});

test.each([
  'tensorflow/include/tensorflow/../../../../../escaped.h',
  '/tensorflow/include/tensorflow/escaped.h',
  'C:/tensorflow/include/tensorflow/escaped.h',
])('a path that leaves the folder is refused and nothing is written: %s', async (path) => {
  const { file, target, folder } = archive({ 'tensorflow/libtensorflow_cc.so.2': 'cc', [path]: 'outside' });
  await expect(extract(file, target, options)).rejects.toMatchObject({
    code: 'wheel-damaged',
    reason: expect.stringMatching(/^wheel\.whl is damaged: (invalid relative|absolute) path/),
  });
  expect(readdirSync(folder)).toEqual(['wheel.whl']);
});

test('files that are together larger than any TensorFlow are refused by what they declare', async () => {
  const { file, target } = archive(
    { 'tensorflow/libtensorflow_cc.so.2': 'x', 'tensorflow/libtensorflow_framework.so.2': 'y' },
    { declaredSize: 3_000_000_000 },
  );
  await expect(extract(file, target, options)).rejects.toThrow(
    'wheel.whl is damaged: expected at most 4000000000 bytes to unpack, received 6000000000',
  );
  expect(existsSync(target)).toBe(false);
});

test('an entry that is larger than it declares is refused', async () => {
  const { file, target } = archive(
    { 'tensorflow/libtensorflow_cc.so.2': 'xx', 'tensorflow/libtensorflow_framework.so.2': 'yy' },
    { declaredSize: 1 },
  );
  await expect(extract(file, target, options)).rejects.toMatchObject({ code: 'wheel-damaged' });
});

test('an archive without the library is refused', async () => {
  const { file, target } = archive({ 'readme.txt': 'nothing here' });
  await expect(extract(file, target, options)).rejects.toThrow(
    'wheel.whl is damaged: expected libraries in it, received none; try again',
  );
});

test('an archive that was cut off anywhere is refused', async () => {
  const whole = zip({
    'tensorflow/libtensorflow_cc.so.2': 'library',
    'tensorflow/include/tsl/a.h': 'header',
  });
  for (let length = 0; length < whole.length; length += 7) {
    const folder = temporaryFolder();
    const file = join(folder, 'wheel.whl');
    writeFileSync(file, whole.subarray(0, length));
    await expect(extract(file, join(folder, 'deps'), options)).rejects.toMatchObject({
      code: 'wheel-damaged',
      remedy: 'try again',
    });
  }
});

test('a file whose bytes have changed does not pass its checksum', async () => {
  const { file, target } = archive({ 'tensorflow/libtensorflow_cc.so.2': 'library' }, { checksum: 1 });
  await expect(extract(file, target, options)).rejects.toThrow(
    'tensorflow/libtensorflow_cc.so.2 has another checksum than it says',
  );
});

test('an archive that holds a file twice cannot write it twice', async () => {
  const { file, target } = archive([
    ['tensorflow/libtensorflow_cc.so.2', 'one'],
    ['tensorflow/libtensorflow_cc.so.2', 'two'],
  ]);
  await expect(extract(file, target, options)).rejects.toThrow(
    'tensorflow/libtensorflow_cc.so.2 is in it twice',
  );
  expect(existsSync(target)).toBe(false);
});

const disk = smallDisk(2);

test.skipIf('cannot' in disk)(
  `a disk without room is told before anything is written${'cannot' in disk ? `: skipped, ${disk.cannot}` : ''}`,
  async () => {
    const { file } = archive({ 'tensorflow/libtensorflow_cc.so.2': 'cc' }, { declaredSize: 2_500_000_000 });
    const folder = 'folder' in disk ? disk.folder : '';
    const requireRoom = (bytes: number) => requireSpace(folder, bytes);
    const full = extract(file, join(folder, 'deps'), { ...options, requireRoom });
    await expect(full).rejects.toMatchObject({
      code: 'disk-full',
      reason: `the disk of ${folder} is full (2.5 GB are needed, 0.0 GB are free)`,
    });
    expect(readdirSync(folder)).toEqual([]);
  },
);

// Room for its bytes, and for two folders and one file.
const crowded = smallDisk(2, ',nr_inodes=4');

test.skipIf('cannot' in crowded)(
  `a disk that fills up on the way is told as full${'cannot' in crowded ? `: skipped, ${crowded.cannot}` : ''}`,
  async () => {
    const folder = 'folder' in crowded ? crowded.folder : '';
    const { file } = archive({
      'tensorflow/libtensorflow_framework.so.2': 'framework',
      'tensorflow/libtensorflow_cc.so.2': 'cc',
    });
    const error = await extract(file, join(folder, 'deps'), options).catch((caught: unknown) => caught);
    expect(readdirSync(join(folder, 'deps', 'lib'))).toEqual(['libtensorflow_framework.so.2']);
    expect(explain(error, folder)).toMatchObject({
      code: 'disk-full',
      message: `the disk of ${folder} is full; free some space, or set XDG_CACHE_HOME to a folder on a larger disk`,
    });
  },
);
