/**
 * Trains the VGG-19 prefix that `@utad/features` ships:
 *
 *   node weights/dist/train.js --mnist FOLDER --cifar10 FOLDER --out FOLDER [--resume]
 *
 * Writes `utad-vgg19.safetensors` and `training.jsonl`, and a checkpoint to go on from.
 */
import { appendFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { TrainingEvent } from '@utad/core';
import { encodeWeights } from '@utad/features';
import { folderStore } from '@utad/files/node';
import { useBackend } from '@utad/runtime/node';
import { type StageTraining, trainStages } from '@utad/training';
import { fold } from './fold';
import { classifier } from './network';
import { classifierStage } from './stage';
import { trainingImages } from './training-images';

const SEED = 0;
const BASE_WIDTH = 32;
const IMAGES = { perDigit: 1000, perClass: 5000, perCategory: 400, seed: SEED };
const TRAINING: StageTraining = {
  epochs: 6,
  batchSize: 64,
  optimizer: { kind: 'adam', learningRate: 0.002 },
  schedule: 'cosine',
  warmUpSteps: 200,
};

const { values } = parseArgs({
  options: {
    mnist: { type: 'string' },
    cifar10: { type: 'string' },
    out: { type: 'string' },
    resume: { type: 'boolean', default: false },
  },
});
const { mnist, cifar10, out, resume } = values;
if (mnist === undefined || cifar10 === undefined || out === undefined) {
  console.error('expected --mnist FOLDER, --cifar10 FOLDER and --out FOLDER');
  process.exit(2);
}

const backend = await useBackend({ training: true });
await mkdir(out, { recursive: true });
const { data, classes } = await trainingImages({ mnist, cifar10, ...IMAGES });
console.error(`${data.count} images of ${classes.length} classes, backend ${backend.name}`);

const log = join(out, 'training.jsonl');
const facts = { seed: SEED, baseWidth: BASE_WIDTH, images: IMAGES, training: TRAINING, classes };
const about = { ...facts, count: data.count, fingerprint: data.fingerprint, backend };
if (!resume) await writeFile(log, `${JSON.stringify({ type: 'about', ...about })}\n`);

const onEvent = (event: TrainingEvent) => {
  if (event.type === 'step' && event.losses && event.step % 100 === 0) {
    console.error(`${event.step}/${event.steps} ${JSON.stringify(event.losses)}`);
  }
  if (event.type === 'epoch' || event.type === 'warning') {
    const line = JSON.stringify(event);
    console.error(line);
    // At once: what was trained before a break is in the log of a run that goes on.
    appendFileSync(log, `${line}\n`);
  }
};

const model = classifier({ baseWidth: BASE_WIDTH, classes: classes.length, seed: SEED });
await trainStages([{ stage: classifierStage(model, classes), training: TRAINING }], data, {
  seed: SEED,
  onEvent,
  checkpoint: { store: folderStore(join(out, 'checkpoint')), every: 200, resume },
  configuration: JSON.stringify(facts),
});

const weights = fold(model, 'utad-vgg19');
const description =
  'VGG-19 up to conv3_4 at half its width, trained by utad on CIFAR-10, MNIST and drawn images';
const bytes = encodeWeights(weights, {
  dtype: 'F16',
  metadata: { description, licence: 'MIT' },
});
await writeFile(join(out, 'utad-vgg19.safetensors'), bytes);
console.error(`${bytes.length} bytes in ${join(out, 'utad-vgg19.safetensors')}`);
