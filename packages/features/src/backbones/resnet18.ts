import type { Backbone } from '../backbone';
import { torchvisionPreprocessing } from '../preprocessing';
import { residualSteps } from './residual';

/** ResNet-18 (He et al., Deep Residual Learning for Image Recognition, 2016, Table 1), `layer1` to `layer4`. */
export const resnet18: Backbone = {
  name: 'resnet18',
  title: 'ResNet-18',
  preprocessing: torchvisionPreprocessing,
  steps: /* @__PURE__ */ residualSteps({
    blocks: [2, 2, 2, 2],
    widths: [64, 128, 256, 512],
    outputs: [64, 128, 256, 512],
    block: 'basic',
    stem: 64,
  }),
  layers: ['layer1', 'layer2', 'layer3', 'layer4'],
  defaultLayers: ['layer1', 'layer2', 'layer3'],
  sources: [
    {
      id: 'torchvision',
      name: 'ResNet-18 of torchvision, ImageNet-1k',
      url: 'https://huggingface.co/timm/resnet18.tv_in1k/resolve/main/model.safetensors',
      citation:
        'K. He, X. Zhang, S. Ren and J. Sun, Deep Residual Learning for Image Recognition, 2016; trained by torchvision (ResNet18_Weights.IMAGENET1K_V1), as converted by timm: https://huggingface.co/timm/resnet18.tv_in1k',
    },
  ],
};
