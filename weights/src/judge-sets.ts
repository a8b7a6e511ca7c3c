import { join } from 'node:path';
import type { Dataset, Size } from '@utad/core';
import { CIFAR10, MNIST, MVTEC_AD } from '@utad/datasets';
import { openDataset } from '@utad/datasets/node';
import { synthesize } from '@utad/synthetic';
import { WITHHELD_CIFAR10, WITHHELD_DIGITS } from './classes';

/** Folders of the data sets. */
export interface Roots {
  readonly mnist: string;
  readonly cifar10: string;
  readonly mvtec: string;
}

/** A test set to judge weights by, and how its detector is trained. */
export interface JudgeSet {
  readonly name: string;
  /** The score that the protocol takes. */
  readonly score: 'mean' | 'max';
  /** Arguments of `utad train` for its bundle. */
  readonly train: readonly string[];
  open(size: Size): Promise<Dataset>;
}

/** At most so many test images, by seed, every class with its share. */
const LIMIT = 1000;
const SEED = 0;

/** Not that of the drawings that the shipped weights learnt from. */
const DRAWN_SEED = 1;

/**
 * Fewer epochs than the preset has: detectors need not be their best to compare scorers on them. With the spatial bottleneck a
 * digit of any class is restored.
 */
const SHORT = [...epochs('small', 10, 4), '--set', 'ieNet.bottleneck=vector', '--set', 'ieNet.latent=32'];

/** The withheld classes of MNIST and CIFAR-10, the two categories of MVTec AD at hand, and drawn products. */
export function judgeSets(roots: Roots): readonly JudgeSet[] {
  const common = { split: 'test', limit: LIMIT, seed: SEED } as const;
  const oneClass = ['--limit', String(LIMIT), ...SHORT];
  return [
    ...WITHHELD_DIGITS.map(
      (digit): JudgeSet => ({
        name: `mnist-${digit}`,
        score: 'mean',
        train: ['--dataset', 'mnist', '--root', roots.mnist, '--category', String(digit), ...oneClass],
        open: (size) => openDataset(MNIST, { ...common, root: roots.mnist, normalClass: digit, size }),
      }),
    ),
    ...WITHHELD_CIFAR10.map(
      (name): JudgeSet => ({
        name: `cifar10-${name}`,
        score: 'mean',
        train: ['--dataset', 'cifar10', '--root', roots.cifar10, '--category', name, ...oneClass],
        open: (size) => openDataset(CIFAR10, { ...common, root: roots.cifar10, normalClass: name, size }),
      }),
    ),
    ...['screw', 'bottle'].map(
      (category): JudgeSet => ({
        name: `mvtec-${category}`,
        score: 'max',
        train: ['--dataset', 'mvtec', '--root', roots.mvtec, '--category', category, '--preset', 'fast'],
        open: (size) => openDataset(MVTEC_AD, { ...common, root: roots.mvtec, category, size }),
      }),
    ),
    ...(['washer', 'weave'] as const).map(
      (category): JudgeSet => ({
        name: `synthetic-${category}`,
        score: 'max',
        train: ['--dataset', 'synthetic', '--category', category, ...epochs('small', 20, 10)],
        open: async (size) =>
          synthesize({ category, split: 'test', count: 100, defective: 20, size, seed: DRAWN_SEED }),
      }),
    ),
  ];
}

/** Where the bundle of a set is, below the folder of all of them. */
export function runOf(bundles: string, { name }: JudgeSet): string {
  return join(bundles, name);
}

function epochs(preset: string, ieNet: number, expertNet: number): string[] {
  const set = (key: string, value: number) => ['--set', `training.${key}.epochs=${value}`];
  return ['--preset', preset, ...set('ieNet', ieNet), ...set('expertNet', expertNet)];
}
