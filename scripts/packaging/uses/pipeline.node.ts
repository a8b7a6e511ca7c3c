import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, PipelineError, train } from '@utad/pipeline/node';
import { writeSynthetic } from '@utad/synthetic/node';

const blocks = '[{filters: 2, factor: 2}, {filters: 2, factor: 2}]';
const tiny = {
  preset: 'small',
  set: [
    ...['ieNet.inputSize=[8, 8]', `ieNet.encoder=${blocks}`, `ieNet.decoder=${blocks}`],
    ...[
      'expertNet.inputSize=[8, 8]',
      'expertNet.base=2',
      'expertNet.mlp=4',
      'expertNet.detailFilters=[2, 4]',
    ],
  ],
  shortcuts: { epochs: 1 },
};
const assets = { vgg19: 'random' };

const folder = await mkdtemp(join(tmpdir(), 'utad-'));
const drawn = join(folder, 'drawn');
const photos = join(drawn, 'washer');
const photo = join(photos, 'test', 'good', '000.png');
const out = join(folder, 'run');
let steps = 0;
try {
  await writeSynthetic({
    out: drawn,
    categories: ['washer'],
    train: 6,
    good: 2,
    defective: 1,
    size: [32, 32],
  });

  const run = await train({
    root: join(photos, 'train', 'good'),
    detector: 'two-stage',
    out,
    ...tiny,
    assets,
    onEvent: (event) => {
      if (event.type === 'training' && event.event.type === 'step') steps++;
    },
  });
  const scores: (number | null)[] = [];
  for await (const { score, anomalous, regions, error } of run.predict(photo)) {
    scores.push(score);
    console.log(typeof anomalous, Array.isArray(regions), error); // boolean true null
  }
  console.log(run.images.training, run.images.heldOut, steps > 1); // 5 1 true
  await run[Symbol.asyncDispose]();

  const again = await open(out, { assets });
  const found: (number | null)[] = [];
  for await (const { score } of again.predict(photo)) found.push(score);
  console.log(found.length === 1 && found.join() === scores.join()); // true
  again.dispose();
  await open(join(folder, 'nowhere'));
} catch (error) {
  console.log(error instanceof PipelineError && error.code); // usage
} finally {
  await rm(folder, { recursive: true });
}
