import { randomWeights, vgg19 } from '@utad/features';
import { TwoStage, twoStagePresets } from '@utad/two-stage';

const { small } = twoStagePresets;
const inputSize: [number, number] = [16, 16];
const ieNet = { ...small.ieNet, inputSize };
const expertNet = { ...small.expertNet, inputSize };
const detector = new TwoStage({ ...small, ieNet, expertNet }, { vgg19: randomWeights(vgg19, 0) });
const images = { data: new Uint8Array(2 * 16 * 16 * 3), shape: [2, 16, 16, 3] } as const;
const { maps, mapSize, scores } = await detector.predict(images);
console.log(maps.length, mapSize, scores.length); // 512 [ 16, 16 ] 2
detector.dispose();
