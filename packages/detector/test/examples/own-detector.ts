import { type AnomalyDetector, reduceMaps } from '@utad/detector';

const detector: AnomalyDetector = {
  kind: 'darkness',
  config: {},
  inputSize: [1, 2],
  reduction: 'max',
  fit: async () => ({ stages: [] }), // nothing to learn
  async predict({ data, shape: [count, height, width] }) {
    const maps = Float32Array.from({ length: count * height * width }, (_, pixel) => {
      const [r = 0, g = 0, b = 0] = data.subarray(pixel * 3, pixel * 3 + 3);
      return 1 - (r + g + b) / 765;
    }); // [B, H, W]
    return { scores: reduceMaps(maps, count, 'max'), maps, mapSize: [height, width] };
  },
  state: async () => new Map(),
  dispose: () => {},
};
const images = { data: Uint8Array.of(255, 255, 255, 102, 51, 0), shape: [1, 1, 2, 3] } as const;
const { maps, scores } = await detector.predict(images);
console.log(
  [...maps].map((value) => value.toFixed(1)),
  scores[0]?.toFixed(1),
); // [ '0.0', '0.8' ] 0.8
