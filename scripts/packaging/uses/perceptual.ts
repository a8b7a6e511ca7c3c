import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WeightsError } from '@utad/perceptual';
import { bundledVgg19Weights, readVgg19Weights } from '@utad/perceptual/node';

console.log((await bundledVgg19Weights()).name); // utad-vgg19
const folder = await mkdtemp(join(tmpdir(), 'utad-'));
try {
  await writeFile(join(folder, 'weights_manifest.json'), '[]');
  await readVgg19Weights(folder);
} catch (error) {
  console.log(error instanceof WeightsError && error.code); // missing
} finally {
  await rm(folder, { recursive: true });
}
