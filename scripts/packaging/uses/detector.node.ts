import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BundleError, openBundle } from '@utad/detector';
import { folderStore } from '@utad/detector/node';

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'utad-'));
  try {
    const store = folderStore(join(folder, 'bundle'));
    await store.replace(new Map([['utad.json', new TextEncoder().encode('{}')]]));
    console.log((await store.read('utad.json')).length); // 2
    await openBundle(store, []);
  } catch (error) {
    console.log(error instanceof BundleError); // true
  } finally {
    await rm(folder, { recursive: true });
  }
}
void main();
