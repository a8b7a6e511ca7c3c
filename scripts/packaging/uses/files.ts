import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderStore, PinError, PinFile, withLock, writeFileAtomic } from '@utad/files/node';

const folder = await mkdtemp(join(tmpdir(), 'utad-'));
try {
  const store = folderStore(join(folder, 'bundle'));
  await store.replace(new Map([['utad.json', new TextEncoder().encode('{}')]]));
  console.log((await store.read('utad.json')).length); // 2
  console.log(await withLock(join(folder, 'it.lock'), async () => 'locked')); // locked
  await writeFileAtomic(join(folder, 'pins.json'), '[]');
  await new PinFile(join(folder, 'pins.json')).read();
} catch (error) {
  console.log(error instanceof PinError && error.code); // pins
} finally {
  await rm(folder, { recursive: true });
}
