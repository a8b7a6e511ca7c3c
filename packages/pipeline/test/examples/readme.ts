import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, train } from '@utad/pipeline/node';
import { writeSynthetic } from '@utad/synthetic/node';

const folder = await mkdtemp(join(tmpdir(), 'utad-'));
const root = join(folder, 'data'); // or a folder of your own good photos
await writeSynthetic({ out: root, categories: ['washer'], train: 12, good: 2, defective: 1, size: [64, 64] });

const trained = await train({
  ...{ root, category: 'washer', out: join(folder, 'run') },
  ...{ detector: 'two-stage', preset: 'small', shortcuts: { epochs: 1 } }, // a trial: presets have 20 epochs and more
  assets: { vgg19: 'bundled' },
  onEvent: (event) => event.type === 'note' && console.error(event.message),
});
console.log(trained.images); // { training: 11, heldOut: 1 }
trained.dispose();

const run = await open(join(folder, 'run'));
let images = 0;
for await (const { score, anomalous, regions } of run.predict(join(root, 'washer', 'test'))) {
  if (score !== null && anomalous === score >= run.manifest.thresholds.image && regions.length >= 0) images++;
}
console.log(`${images} images looked at`); // 7 images looked at
run.dispose();
