import * as tf from '@tensorflow/tfjs';
import { randomWeights, vgg19 } from '@utad/features';
import { TfjsBackbone } from '@utad/features/tfjs';
import { PerceptualScorer } from '@utad/perceptual';

const scorer = new PerceptualScorer(new TfjsBackbone(randomWeights(vgg19, 0)));
const good = tf.zeros<tf.Rank.R4>([1, 64, 16, 3]);
const line = good.slice([0, 0], [1, 4]).add<tf.Tensor4D>(1);
const scratched = tf.concat([good.slice([0, 0], [1, 30]), line, good.slice([0, 34])], 1);
const [map = []] = scorer.anomalyMap(good, scratched).arraySync(); // 64 rows of 16
console.log(map[32]?.[8]?.toFixed(2), map[0]?.[0]?.toFixed(2)); // 3.06 0.00
