import { randomWeights, resnet18 } from '@utad/features';
import { TfjsBackbone } from '@utad/features/tfjs';

const layers = ['layer1', 'layer2'];
const weights = randomWeights(resnet18, 0, layers); // for use: weights trained on ImageNet
const backbone = new TfjsBackbone(weights, { layers });
const images = { data: new Uint8Array(16 * 16 * 3).fill(128), shape: [1, 16, 16, 3] } as const;
const [fine, coarse] = await backbone.features(images); // plain data
console.log(fine?.shape, coarse?.shape); // [ 1, 4, 4, 64 ] [ 1, 2, 2, 128 ]
backbone.dispose();
