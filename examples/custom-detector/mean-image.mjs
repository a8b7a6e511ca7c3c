/**
 * A detector of your own: the anomaly map is the distance to the mean of the good images.
 *
 *     utad train --detector ./mean-image.mjs --root photos/good --out runs/mean
 *     utad evaluate runs/mean --detector ./mean-image.mjs --root photos
 *
 * It takes the command line's own copies of `tf`, `@utad/detector` and `@utad/training`, so nothing need be installed
 * beside it. A module that imports its own may export the object itself.
 */
const KIND = 'mean-image';

/** Any Standard Schema does, such as one of zod's; by hand it is a function that lists what is wrong, and where. */
function validate(config) {
  const issues = [];
  if (!(Number.isInteger(config.size) && config.size >= 8)) {
    issues.push({ message: 'expected a whole number of pixels from 8', path: ['size'] });
  }
  if (config.reduction !== 'mean' && config.reduction !== 'max') {
    issues.push({ message: 'expected mean or max', path: ['reduction'] });
  }
  return issues.length > 0 ? { issues } : { value: config };
}

/** @returns {import('@utad/detector').DetectorKind} */
export default function meanImageKind({
  tf,
  detector: { restoreNetworks, scoreOf },
  training: { readBatches },
}) {
  class MeanImage {
    kind = KIND;

    constructor(config) {
      this.config = config;
      this.inputSize = [config.size, config.size];
      this.reduction = config.reduction;
      // What is learnt is stored as the weights of a network: here one input, and a weight for each value of the mean.
      const layer = { name: 'mean', inputShape: [1], units: config.size ** 2 * 3, useBias: false };
      this.network = tf.sequential({ layers: [tf.layers.dense(layer)] });
    }

    async fit(data, { signal, onEvent } = {}) {
      const began = performance.now();
      const order = Array.from({ length: data.count }, (_, index) => index);
      onEvent?.({ type: 'stage', stage: KIND, epochs: 1, stepsPerEpoch: data.count, from: 0 });
      let [sum, squares, step] = [tf.zeros([...this.inputSize, 3]), 0, 0];
      for await (const { images } of readBatches(data, { order, batchSize: 1, size: this.inputSize })) {
        const [next, square] = tf.tidy(() => [sum.add(images.sum(0)), images.square().mean()]);
        squares += square.dataSync()[0];
        tf.dispose([sum, square, images]);
        sum = next;
        onEvent?.({ type: 'step', stage: KIND, epoch: 1, step: ++step, steps: data.count });
        await tf.nextFrame(); // a Ctrl-C comes through here
        if (signal?.aborted) sum.dispose();
        signal?.throwIfAborted();
      }
      const [mean, square] = tf.tidy(() => [sum.div(data.count), sum.div(data.count).square().mean()]);
      tf.tidy(() => this.network.setWeights([mean.reshape([1, -1])]));
      const losses = { variance: squares / data.count - square.dataSync()[0] };
      tf.dispose([sum, mean, square]);
      return { stages: [{ stage: KIND, epochs: [{ losses, seconds: (performance.now() - began) / 1000 }] }] };
    }

    /** @param images x, `[B, H, W, 3]` in [0, 1] */
    predict(images) {
      return tf.tidy(() => {
        const mean = this.network
          .getWeights()[0]
          .reshape([1, ...this.inputSize, 3])
          .tile([images.shape[0], 1, 1, 1]);
        const anomalyMap = images.sub(mean).abs().mean(3); // [B, H, W]
        return { anomalyMap, score: scoreOf(anomalyMap, this.reduction), intermediates: { mean } };
      });
    }

    networks() {
      return { mean: this.network };
    }

    dispose() {
      this.network.dispose();
    }
  }

  return {
    kind: KIND,
    presets: { plain: { size: 64, reduction: 'mean' } },
    schema: { '~standard': { version: 1, vendor: KIND, validate } },
    create: async (config) => new MeanImage(config),
    async load(bundle) {
      const detector = new MeanImage(bundle.manifest.config);
      restoreNetworks(detector.networks(), bundle);
      return detector;
    },
  };
}
