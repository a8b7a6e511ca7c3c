import * as tf from '@tensorflow/tfjs';
import { isBackendName } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';

const { reason } = await useBackend({ training: true }); // such as: tfjs-node on TensorFlow 2.21.0 (user cache)
console.log(reason.length > 0); // true
const { name } = await useBackend({ backend: 'cpu' }); // this one or none
console.log(name, tf.getBackend(), tf.sum([1, 2, 3]).arraySync()); // cpu cpu 6
console.log(isBackendName('abacus')); // false
