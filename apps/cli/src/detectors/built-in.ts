import { twoStageConfig, twoStageKind } from '@utad/two-stage';
import type { KnownDetector } from './known-detector';

const twoStage: KnownDetector = {
  about: twoStageKind({
    vgg19: () => Promise.reject(new Error('two-stage: expected weights of VGG-19, received none')),
  }),
  module: null,
  usesVgg19: true,
  epochPaths: { ie: 'training.ieNet.epochs', expert: 'training.expertNet.epochs' },
  reductionPath: 'score.reduction',
  describePreset(config) {
    const { ieNet, training, score } = twoStageConfig.parse(config);
    return {
      input: ieNet.inputSize.join(' x '),
      epochs: `${training.ieNet.epochs} + ${training.expertNet.epochs}`,
      score: `${score.reduction} of e`,
    };
  },
  connect: twoStageKind,
};

/** The detectors that come with the command line, the default one first. */
export const BUILT_IN: readonly [KnownDetector, ...KnownDetector[]] = [twoStage];
