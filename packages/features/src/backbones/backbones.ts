import type { Backbone } from '../backbone';
import { resnet18 } from './resnet18';
import { vgg19 } from './vgg19';
import { wideResnet50 } from './wide-resnet50';

/** All that this package describes. */
export const backbones: readonly Backbone[] = [vgg19, resnet18, wideResnet50];
