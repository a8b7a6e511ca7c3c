import type { ImageBatch, TensorData } from '@utad/core';
import { memoryStore } from '@utad/core';
import type { AnomalyDetector, DetectorKind } from '@utad/detector';
import { open, PipelineError, train } from '@utad/pipeline';

/** What is brighter than the mean of the good images. */
class Brightness implements AnomalyDetector {
  readonly kind = 'brightness';
  readonly config = {};
  readonly inputSize = [2, 2] as const;
  readonly reduction = 'max';
  constructor(private mean = 0) {}

  async fit(...[data]: Parameters<AnomalyDetector['fit']>) {
    let sum = 0;
    for await (const { image } of data.records(Array.from({ length: data.count }, (_, index) => index))) {
      sum += (image[0] ?? 0) / data.count;
    }
    this.mean = sum;
    return { stages: [] };
  }

  async predict({ data, shape: [count] }: ImageBatch) {
    const maps = Float32Array.from({ length: count * 4 }, (_, at) =>
      Math.max(0, (data[at * 3] ?? 0) - this.mean),
    );
    const scores = Float32Array.from({ length: count }, (_, at) =>
      Math.max(...maps.subarray(at * 4, at * 4 + 4)),
    );
    return { scores, maps, mapSize: [2, 2] as const };
  }

  async state() {
    return new Map<string, TensorData>([['mean', { data: Float32Array.of(this.mean), shape: [1] }]]);
  }

  dispose() {}
}
const kind: DetectorKind = {
  kind: 'brightness',
  presets: { plain: {} },
  create: async () => new Brightness(),
  restore: async (state) => new Brightness(state.get('mean')?.data[0]),
};
/** Grey, as the `ImageData` of a page has it. */
const grey = (value: number) => ({ data: new Uint8ClampedArray(4 * 16).fill(value), width: 4, height: 4 });

const trained = await train(
  [100, 101, 102, 103].map((value) => grey(value)),
  { kind },
);
const [good] = await trained.predict(grey(100));
const [bright] = await trained.predict(grey(250));
console.log(good?.score, bright?.anomalous, bright?.regions.length); // 0 true 1
const store = memoryStore();
await trained.save(store);
const opened = await open(store, { kinds: [kind] });
console.log((await opened.predict(grey(250)))[0]?.score === bright?.score); // true
await opened[Symbol.asyncDispose]();
try {
  await opened.predict(grey(100));
} catch (error) {
  console.log(error instanceof PipelineError && error.code); // usage
}
