// Learns from a folder of good images, stores the detector, and looks at other images. Run as
//
//   node train-on-a-folder.mjs photos/good photos/new bundle [--preset fast] [--epochs N] [--vgg19 FOLDER]
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { holdOut } from '@utad/core';
import { decodeImage, folder, imagePaths } from '@utad/datasets/node';
import { disposePrediction, fitThresholds, imagesFrom, saveBundle } from '@utad/detector';
import { folderStore } from '@utad/detector/node';
import { randomVgg19Weights } from '@utad/perceptual';
import { readVgg19Weights } from '@utad/perceptual/node';
import { useBackend } from '@utad/runtime/node';
import { TwoStage, twoStageConfig, twoStagePresets } from '@utad/two-stage';

const options = /** @type {const} */ ({
  preset: { type: 'string', default: 'fast' },
  epochs: { type: 'string' },
  vgg19: { type: 'string' },
});
const { positionals, values } = parseArgs({ allowPositionals: true, options });
const [good, fresh, bundle] = positionals;
if (good === undefined || fresh === undefined || bundle === undefined) {
  throw new Error('expected a folder of good images, one of new images, and where to put the bundle');
}
console.log((await useBackend({ training: true })).reason);

// A configuration is plain data: take a preset, change what you like, and have it checked.
const config = twoStageConfig.parse(
  structuredClone(new Map(Object.entries(twoStagePresets)).get(values.preset)),
);
if (values.epochs !== undefined) {
  for (const stage of [config.training.ieNet, config.training.expertNet])
    stage.epochs = Number(values.epochs);
}

const vgg19 = values.vgg19 === undefined ? randomVgg19Weights(0) : await readVgg19Weights(values.vgg19);
const detector = new TwoStage(config, { vgg19, seed: 0 });
const data = await folder({ root: good, size: detector.inputSize });
// A tenth is kept out of training: on it thresholds are fitted.
const { training, heldOut } = holdOut(data, { seed: 0 });
await detector.fit(training, {
  validation: heldOut,
  onEvent: (event) => {
    if (event.type === 'epoch') console.log(event.stage, event.epoch, event.losses.total?.toFixed(4));
  },
});
const thresholds = await fitThresholds(detector, heldOut);
const facts = {
  dataset: 'folder',
  category: null,
  images: data.count,
  fingerprint: data.fingerprint,
  seed: 0,
};
await saveBundle(folderStore(bundle), detector, { thresholds, training: facts, versions: {} });

for (const path of await imagePaths(fresh)) {
  const { pixels, size } = await decodeImage(await readFile(path), path);
  const images = await imagesFrom({ data: pixels, height: size[0], width: size[1] }, detector.inputSize);
  const prediction = detector.predict(images);
  const [score = Number.NaN] = await prediction.score.data();
  console.log(path, score.toFixed(4), score >= thresholds.image ? 'anomalous' : 'good');
  disposePrediction(prediction);
  images.dispose();
}
detector.dispose();
