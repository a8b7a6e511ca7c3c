import * as tf from '@tensorflow/tfjs';
import { IeNet, ieNetPresets } from '@utad/ie-net';

const net = new IeNet({ ...ieNetPresets.small, inputSize: [16, 16], latent: 32 }, { seed: 1 });
const x = tf.zeros<tf.Rank.R4>([2, 16, 16, 3]);
const [m, z] = [net.impression(x), net.embed(x)];
console.log(m.shape, z.shape); // [ 2, 16, 16, 3 ] [ 2, 32 ]
tf.dispose([x, m, z]);
net.dispose();
