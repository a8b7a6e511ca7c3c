/** Public weights of VGG-19, by a short name. */
export interface Vgg19Source {
  /** What to call it on a command line. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** Where the file is. */
  readonly url: string;
  /** Whose weights they are, and where that can be read. */
  readonly citation: string;
}

/**
 * The public weights known here, the ones to take by default first. No hash is written down, for none can be cited:
 * `downloadVgg19Weights` remembers that of its first download. These addresses were not reached by the project's own
 * tests, which use a server of their own.
 */
export const vgg19Sources: readonly Vgg19Source[] = [
  {
    id: 'torchvision',
    name: 'VGG-19 of torchvision, ImageNet-1k',
    url: 'https://huggingface.co/timm/vgg19.tv_in1k/resolve/main/model.safetensors',
    citation:
      'K. Simonyan and A. Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2015; trained by torchvision (VGG19_Weights.IMAGENET1K_V1), as converted by timm: https://huggingface.co/timm/vgg19.tv_in1k',
  },
];
