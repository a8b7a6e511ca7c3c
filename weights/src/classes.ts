/** MNIST's digits that no shipped weights have seen in training. */
export const WITHHELD_DIGITS: readonly number[] = [2, 5, 8];

/** CIFAR-10's classes that no shipped weights have seen in training. */
export const WITHHELD_CIFAR10: readonly string[] = ['bird', 'frog', 'truck'];

/** CIFAR-10's classes by label (https://www.cs.toronto.edu/~kriz/cifar.html). */
export const CIFAR10_CLASSES: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];
