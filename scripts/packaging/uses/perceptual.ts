import * as tf from '@tensorflow/tfjs';
import { PerceptualScorer, randomVgg19Weights, Vgg19, WeightsError } from '@utad/perceptual';
import { vgg19WeightsFromManifest } from '@utad/perceptual/load';

const scorer = new PerceptualScorer(new Vgg19(randomVgg19Weights(0), { layers: ['conv1_2'] }));
const [black, white] = [tf.zeros<tf.Rank.R4>([1, 8, 8, 3]), tf.ones<tf.Rank.R4>([1, 8, 8, 3])];
console.log(scorer.distance(black, black).dataSync()[0]); // 0
console.log((scorer.distance(black, white).dataSync()[0] ?? 0) > 1); // true
console.log(scorer.anomalyMap(black, white).shape.join()); // 1,8,8

async function main(): Promise<void> {
  try {
    await vgg19WeightsFromManifest([{}], async () => new Uint8Array());
  } catch (error) {
    console.log(error instanceof WeightsError && error.code); // malformed
  }
}
void main();
