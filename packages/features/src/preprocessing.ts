/** How weights want to see an image: `(scale * x - mean) / deviation`, its channels put in `order` first. */
export interface Preprocessing {
  /** For people, such as `keras`. */
  readonly name: string;
  /** What values in [0, 1] are multiplied by: 255 for weights that were trained on bytes. */
  readonly scale: number;
  /** Order of the channels that the first kernel was trained with; images here are always RGB. */
  readonly order: 'rgb' | 'bgr';
  /** Of each channel, in `order`, after scaling. */
  readonly mean: readonly [number, number, number];
  /** Of each channel, in `order`, after scaling. */
  readonly deviation: readonly [number, number, number];
}

/** What Keras' VGG weights expect: BGR on [0, 255], minus the channel means of ImageNet. */
export const kerasPreprocessing: Preprocessing = {
  name: 'keras',
  scale: 255,
  order: 'bgr',
  mean: [103.939, 116.779, 123.68],
  deviation: [1, 1, 1],
};

/** What torchvision's weights expect: RGB on [0, 1], standardised by ImageNet's mean and deviation. */
export const torchvisionPreprocessing: Preprocessing = {
  name: 'torchvision',
  scale: 1,
  order: 'rgb',
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
};
