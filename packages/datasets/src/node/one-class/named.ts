import { CIFAR10 } from '../../known/cifar10';
import { FASHION_MNIST } from '../../known/fashion-mnist';
import { MNIST } from '../../known/mnist';
import { type OneClassData, type OneClassOptions, openClasses } from './open-classes';

/**
 * MNIST for the one-class protocol, from its four IDX files, in gzip or not.
 *
 * @throws What {@link openClasses} throws.
 * @example await mnist({ root: 'mnist', normalClass: 8, split: 'train', size: [64, 64] })
 */
export const mnist = (options: OneClassOptions): Promise<OneClassData> => openClasses(MNIST, options);

/** Fashion-MNIST, likewise; see {@link mnist}. */
export const fashionMnist = (options: OneClassOptions): Promise<OneClassData> =>
  openClasses(FASHION_MNIST, options);

/**
 * CIFAR-10 for the one-class protocol, from its binary version: `data_batch_1.bin` to `data_batch_5.bin` and
 * `test_batch.bin`, in the root or in `cifar-10-batches-bin`.
 *
 * @throws What {@link openClasses} throws.
 * @example await cifar10({ root: 'cifar10', normalClass: 'frog', split: 'test', size: [64, 64], limit: 1000 })
 */
export const cifar10 = (options: OneClassOptions): Promise<OneClassData> => openClasses(CIFAR10, options);
