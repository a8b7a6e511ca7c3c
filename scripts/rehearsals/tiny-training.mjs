// A training of both stages that takes a second or two, on a few drawn images.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const IMAGES = 14;
/** One in ten images is held out for thresholds, and a batch has four. */
const STEPS_PER_EPOCH = 3;
const EPOCHS = { 'ie-net': 10, 'expert-net': 8 };

export const STAGES = Object.entries(EPOCHS).map(([name, epochs]) => ({
  name,
  steps: epochs * STEPS_PER_EPOCH,
}));
export const TOTAL_STEPS = STAGES.reduce((sum, { steps }) => sum + steps, 0);

const block = { filters: 2, factor: 2 };
const CONFIG = {
  ieNet: {
    inputSize: [16, 16],
    encoder: [block, block],
    decoder: [block, block],
    latent: 4,
    mlp: [8, 8],
    discriminator: [8, 8, 8],
  },
  expertNet: { inputSize: [16, 16], base: 2, mlp: 4, detailFilters: [2, 4] },
  training: {
    ieNet: { batchSize: 4, epochs: EPOCHS['ie-net'] },
    expertNet: { batchSize: 4, epochs: EPOCHS['expert-net'] },
  },
};

/** Draws the images and writes the configuration into the rehearsal's folder. */
export async function prepareTraining(rehearsal) {
  writeFileSync(join(rehearsal.folder, 'tiny.json'), JSON.stringify(CONFIG));
  const counts = ['--train', `${IMAGES}`, '--good', '1', '--defective', '0'];
  await rehearsal.run(['data', 'synth', '--out', 'data', '--category', 'washer', ...counts]);
}

export const CHECKPOINT_EVERY = 2;

export function trainArguments(out, backend) {
  const data = ['--dataset', 'mvtec', '--root', 'data', '--category', 'washer'];
  const config = ['--preset', 'small', '--config', 'tiny.json', '--backend', backend];
  return ['train', ...data, ...config, '--checkpoint-every', `${CHECKPOINT_EVERY}`, '--out', out];
}

export const resumeArguments = (out) => ['train', '--resume', '--out', out];

/** Steps taken of all, where a stage has taken so many. */
export function positionOf(stage, step) {
  const index = STAGES.findIndex(({ name }) => name === stage);
  return STAGES.slice(0, index).reduce((sum, { steps }) => sum + steps, 0) + step;
}
