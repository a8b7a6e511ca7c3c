import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { extract, tensorflowDeps } from '../src/node/install/extract';
import { temporaryFolder } from './project';
import { zip } from './zip';

const options = { place: tensorflowDeps };

function archive(entries: Record<string, string>, declaredSize?: number) {
  const folder = temporaryFolder();
  const file = join(folder, 'wheel.whl');
  writeFileSync(file, zip(entries, declaredSize));
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

test('a path that leaves the folder is refused and nothing is written', async () => {
  const { file, target, folder } = archive({
    'tensorflow/libtensorflow_cc.so.2': 'cc',
    'tensorflow/include/tensorflow/../../../../../escaped.h': 'outside',
  });
  await expect(extract(file, target, options)).rejects.toThrow(/invalid relative path/);
  expect(readdirSync(folder)).toEqual(['wheel.whl']);
});

test('files that are together larger than any TensorFlow are refused by what they declare', async () => {
  const { file, target } = archive(
    { 'tensorflow/libtensorflow_cc.so.2': 'x', 'tensorflow/libtensorflow_framework.so.2': 'y' },
    3_000_000_000,
  );
  await expect(extract(file, target, options)).rejects.toThrow(
    'expected at most 4000000000 bytes to unpack, received 6000000000',
  );
  expect(existsSync(target)).toBe(false);
});

test('an archive without the library is refused', async () => {
  const { file, target } = archive({ 'readme.txt': 'nothing here' });
  await expect(extract(file, target, options)).rejects.toThrow(/expected TensorFlow's library/);
});
