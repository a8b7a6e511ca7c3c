import { augmented, DatasetError, KNOWN_DATASETS, MNIST, parseIdx } from '@utad/datasets';

console.log(KNOWN_DATASETS.length, MNIST.format); // 7 idx
const bytes = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 5, 7);
console.log(parseIdx(bytes, { dimensions: 1, name: 'labels' }).values.join(' ')); // 5 7
try {
  augmented({ count: 0, fingerprint: '', async *records() {} }, { shift: 2 });
} catch (error) {
  console.log(error instanceof DatasetError && error.code); // invalid-option
}
