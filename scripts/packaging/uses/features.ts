import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vgg19, WeightsError } from '@utad/features';
import { bundledVgg19Weights, readWeights } from '@utad/features/node';

console.log((await bundledVgg19Weights()).name); // utad-vgg19
const folder = await mkdtemp(join(tmpdir(), 'utad-'));
try {
  await writeFile(join(folder, 'weights_manifest.json'), '[]');
  await readWeights(vgg19, folder);
} catch (error) {
  console.log(error instanceof WeightsError && error.code); // missing
} finally {
  await rm(folder, { recursive: true });
}
