const throughout: readonly (readonly [label: string, value: string])[] = [
  ['VGG-19 weights', 'pre-trained; which ones is not said'],
  ['Layers of the distance', 'conv1_2, conv2_2, conv3_4, each weighing 1'],
  ['Image score', 'not said'],
];

const setups: Readonly<Record<string, readonly (readonly [label: string, value: string])[]>> = {
  mvtec: [
    ['Detector', 'two-stage (UTAD)'],
    ['Input size', '256 x 256'],
    ['Epochs', 'ie-net 200, expert-net not said'],
    ['Batch size', 'ie-net 4, expert-net not said'],
    ['Optimiser', 'ie-net sgd 0.001 with momentum 0.9, expert-net adam 0.001'],
    ['Training images', 'all good training images of each of 15 categories'],
    ['Test images', 'all test images of each of 15 categories'],
    ...throughout,
  ],
  ...Object.fromEntries(
    ['mnist', 'fashion-mnist', 'cifar10'].map((dataset) => [
      dataset,
      [
        ['Detector', 'two-stage (UTAD), three inception blocks, one residual block'],
        ['Input size', '64 x 64'],
        ['Epochs', 'not said'],
        ['Batch size', 'not said'],
        ['Optimiser', 'not said'],
        ['Training images', 'one class, the official split as it seems'],
        ['Test images', 'all ten classes, the official split as it seems'],
        ...throughout,
      ] as const,
    ]),
  ),
};

/** How the paper (sections 4.1 and 4.2) trained and tested on a data set; empty where it did not. */
export function paperSetup(dataset: string): readonly (readonly [label: string, value: string])[] {
  return setups[dataset] ?? [];
}
