import * as tf from '@tensorflow/tfjs';
import { BackendUnavailableError } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';

async function main(): Promise<void> {
  try {
    await useBackend({ backend: 'wasm' });
  } catch (error) {
    console.log(error instanceof BackendUnavailableError && error.backend); // wasm
  }
  const { name } = await useBackend({ backend: 'cpu' });
  console.log(name, tf.getBackend(), tf.sum([1, 2, 3]).dataSync()[0]); // cpu cpu 6
}
void main();
