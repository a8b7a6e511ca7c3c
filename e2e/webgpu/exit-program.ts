import * as tf from '@tensorflow/tfjs';
import { useBackend } from '@utad/runtime/node';

const way = process.argv[2];

await useBackend({ backend: 'webgpu' });
tf.env().set('WEBGPU_CPU_FORWARD', false);
const product = tf.matMul([[1, 2]], [[3], [4]]);
console.log((await product.data())[0]);

if (way === 'removes the backend') tf.removeBackend('webgpu');
if (way === 'loses its device') {
  const device: unknown = Reflect.get(tf.backend(), 'device');
  if (typeof device === 'object' && device !== null)
    Reflect.apply(Reflect.get(device, 'destroy'), device, []);
}
if (way === 'exits with work under way') {
  const x = tf.ones([256, 256]);
  void tf.matMul(x, tf.matMul(x, x)).data();
  process.exit(0);
}
if (way === 'throws') {
  void tf.square(product).data();
  throw new Error('on purpose');
}
