import { randomVgg19Weights } from '@utad/perceptual';
import { TwoStage, twoStagePresets } from '@utad/two-stage';

const detector = new TwoStage(twoStagePresets.small, { vgg19: randomVgg19Weights(0) });
const images = { data: new Uint8Array(2 * 64 * 64 * 3), shape: [2, 64, 64, 3] } as const;
const { maps, mapSize, scores } = await detector.predict(images);
console.log(maps.length, mapSize, scores.length); // 8192 [ 64, 64 ] 2
detector.dispose();
