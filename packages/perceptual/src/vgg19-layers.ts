/** One convolution of VGG-19: 3x3, stride 1, zero padding 1, then ReLU. */
export interface Vgg19Layer {
  readonly name: string;
  /** Channels that the published network has before and after. */
  readonly inputs: number;
  readonly filters: number;
  /** Whether a 2x2 max-pooling of stride 2 comes before it. */
  readonly pooled: boolean;
}

/** VGG-19 up to conv3_4, first to last (Simonyan and Zisserman 2015, Table 1, column E). */
export const vgg19Layers: readonly Vgg19Layer[] = [
  { name: 'conv1_1', inputs: 3, filters: 64, pooled: false },
  { name: 'conv1_2', inputs: 64, filters: 64, pooled: false },
  { name: 'conv2_1', inputs: 64, filters: 128, pooled: true },
  { name: 'conv2_2', inputs: 128, filters: 128, pooled: false },
  { name: 'conv3_1', inputs: 128, filters: 256, pooled: true },
  { name: 'conv3_2', inputs: 256, filters: 256, pooled: false },
  { name: 'conv3_3', inputs: 256, filters: 256, pooled: false },
  { name: 'conv3_4', inputs: 256, filters: 256, pooled: false },
];

/** The paper's name of a layer, from it or from Keras' (`block1_conv2` is `conv1_2`). Other names come back as they are. */
export function shortLayerName(name: string): string {
  return name.replace(/^block(\d)_conv(\d)$/, 'conv$1_$2');
}
