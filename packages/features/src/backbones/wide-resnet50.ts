import type { Backbone } from '../backbone';
import { torchvisionPreprocessing } from '../preprocessing';
import { residualSteps } from './residual';

/**
 * WideResNet-50-2, `layer1` to `layer4`: ResNet-50 with bottlenecks twice as wide (Zagoruyko and Komodakis, Wide Residual
 * Networks, 2016; the widths are torchvision's).
 */
export const wideResnet50: Backbone = {
  name: 'wide-resnet50',
  title: 'WideResNet-50',
  preprocessing: torchvisionPreprocessing,
  steps: /* @__PURE__ */ residualSteps({
    blocks: [3, 4, 6, 3],
    widths: [128, 256, 512, 1024],
    outputs: [256, 512, 1024, 2048],
    block: 'bottleneck',
    stem: 64,
  }),
  layers: ['layer1', 'layer2', 'layer3', 'layer4'],
  defaultLayers: ['layer1', 'layer2', 'layer3'],
  sources: [
    {
      id: 'torchvision',
      name: 'WideResNet-50-2 of torchvision, ImageNet-1k',
      url: 'https://huggingface.co/timm/wide_resnet50_2.tv_in1k/resolve/main/model.safetensors',
      citation:
        'S. Zagoruyko and N. Komodakis, Wide Residual Networks, 2016; trained by torchvision (Wide_ResNet50_2_Weights.IMAGENET1K_V1), as converted by timm: https://huggingface.co/timm/wide_resnet50_2.tv_in1k',
    },
  ],
};
