// Learns from a folder of good images into a run folder, opens the run again, and looks at other images. Run as
//
//   node train-on-a-folder.mjs photos/good photos/new runs/mine [--preset fast] [--epochs N] [--vgg19 FOLDER]
import { parseArgs } from 'node:util';
import { open, train } from '@utad/pipeline/node';

const options = /** @type {const} */ ({
  preset: { type: 'string', default: 'fast' },
  epochs: { type: 'string' },
  vgg19: { type: 'string', default: 'random' },
});
const { positionals, values } = parseArgs({ allowPositionals: true, options });
const [good, fresh, out] = positionals;
if (good === undefined || fresh === undefined || out === undefined) {
  throw new Error('expected a folder of good images, one of new images, and where to put the run');
}

/** @param {import('@utad/pipeline').PipelineEvent} event */
function onEvent(event) {
  if (event.type === 'note') console.log(event.message);
  if (event.type !== 'training' || event.event.type !== 'epoch') return;
  const { stage, epoch, losses } = event.event;
  console.log(stage, epoch, losses.total?.toFixed(4));
}

const trained = await train({
  root: good,
  out,
  preset: values.preset,
  ...(values.epochs !== undefined && { shortcuts: { epochs: Number(values.epochs) } }),
  assets: { vgg19: values.vgg19 },
  onEvent,
});
trained.dispose();

const run = await open(out);
for await (const { path, score, anomalous } of run.predict(fresh)) {
  console.log(path, score?.toFixed(4), anomalous ? 'anomalous' : 'good');
}
run.dispose();
