import { type Backbone, type BackboneStep, convolutionsOf } from '../backbone';
import { kerasPreprocessing, torchvisionPreprocessing } from '../preprocessing';

/** Convolutions of each block and their filters: Simonyan and Zisserman 2015, Table 1, column E. */
const BLOCKS = [
  [2, 64],
  [2, 128],
  [4, 256],
  [4, 512],
  [4, 512],
] as const;

/** 3x3 convolutions, each with bias and ReLU, and a 2x2 max-pooling behind each block but the last. */
function steps(): BackboneStep[] {
  const all: BackboneStep[] = [];
  let inputs = 3;
  // torchvision counts convolutions, ReLUs and poolings.
  let place = 0;
  for (const [b, [count, filters]] of BLOCKS.entries()) {
    if (b > 0) {
      all.push({ op: 'maxPool', name: `pool${b}`, size: 2, stride: 2, padding: 0 });
      place += 1;
    }
    for (let c = 1; c <= count; c++) {
      all.push({
        op: 'conv',
        name: `conv${b + 1}_${c}`,
        ...{ kernel: 3, stride: 1, padding: 1, inputs, filters, bias: true, relu: true },
        torchvision: `features.${place}`,
        keras: `block${b + 1}_conv${c}`,
      });
      inputs = filters;
      place += 2;
    }
  }
  return all;
}

function names(all: readonly BackboneStep[]): string[] {
  return convolutionsOf(all).map(({ name }) => name);
}

const STEPS = /* @__PURE__ */ steps();

/**
 * VGG-19's sixteen convolutions, conv1_1 to conv5_4, each after its ReLU (Simonyan and Zisserman, Very Deep Convolutional
 * Networks for Large-Scale Image Recognition, 2015). Networks of other widths are read and run likewise. By default up to
 * conv3_4, and the layers that the two-stage paper measures with.
 */
export const vgg19: Backbone = {
  name: 'vgg19',
  title: 'VGG-19',
  preprocessing: torchvisionPreprocessing,
  manifestPreprocessing: kerasPreprocessing,
  anyWidth: true,
  steps: STEPS,
  layers: /* @__PURE__ */ names(STEPS),
  defaultLayers: ['conv1_2', 'conv2_2', 'conv3_4'],
  sources: [
    {
      id: 'torchvision',
      name: 'VGG-19 of torchvision, ImageNet-1k',
      url: 'https://huggingface.co/timm/vgg19.tv_in1k/resolve/main/model.safetensors',
      citation:
        'K. Simonyan and A. Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, 2015; trained by torchvision (VGG19_Weights.IMAGENET1K_V1), as converted by timm: https://huggingface.co/timm/vgg19.tv_in1k',
    },
  ],
};
