import type { Asset, Description, DetectorKind } from '@utad/detector';
import { restoreWeights } from '@utad/detector/tfjs';
import { type BackboneWeights, isWeightsOf, vgg19 } from '@utad/features';
import { twoStageConfig, twoStagePresets } from './config';
import { KIND, TwoStage } from './two-stage';

/** What the paper calls the images, in the order in which they are shown. */
const PICTURES: Readonly<Record<string, Description>> = {
  impression: { name: 'impression', symbol: 'm' },
  naiveImpression: { name: 'naive impression', symbol: 'm̂' },
  reconstruction: { name: 'reconstruction', symbol: 'x̂' },
};

/** The two-stage method as a kind of detector. */
export const twoStageKind: DetectorKind = {
  kind: KIND,
  presets: twoStagePresets,
  defaultPreset: 'fast',
  schema: twoStageConfig,
  assets: ['vgg19'],
  engines: ['onnx', 'tfjs'],
  shortcuts: {
    epochs: ['training.ieNet.epochs', 'training.expertNet.epochs'],
    'epochs-ie': ['training.ieNet.epochs'],
    'epochs-expert': ['training.expertNet.epochs'],
    reduction: ['score.reduction'],
  },
  describe: {
    score: `${KIND}, e of Eq. 8`,
    pictures: PICTURES,
    repair: {
      impression: 'impression',
      reconstruction: 'reconstruction',
      about:
        'Every defective test image has a clean twin, the same picture without the defect, so what the two stages do can be measured.',
    },
    groups: {
      layer: {
        heading: 'By feature layer, from fine texture to larger shapes',
        label: 'Layers of the distance',
      },
      pair: { heading: 'By pair of images compared' },
    },
    parts: {
      layer: (layer) => ({ name: layer }),
      pair: (pair) => ({ name: `φ(${pair.split(', ').map(symbolOf).join(', ')})` }),
    },
    codes:
      'Here it is the mean of z, the Gaussian that IE-Net gives each image. Mutual information belongs to all images and codes together and not to a pair of them: training made codes tell as much of their images as they can, so that neighbours among codes are images alike in what tells them apart.',
    preset(config) {
      const { ieNet, training, score } = twoStageConfig.parse(config);
      return {
        input: ieNet.inputSize.join(' x '),
        epochs: `${training.ieNet.epochs} + ${training.expertNet.epochs}`,
        score: `${score.reduction} of e`,
      };
    },
  },

  async create(config, { seed = 0, assets = {} } = {}) {
    return new TwoStage(config, { seed, vgg19: vgg19Of(assets) });
  },

  async restore(state, config, { assets = {} } = {}) {
    const detector = new TwoStage(config, { vgg19: vgg19Of(assets) });
    try {
      restoreWeights(detector.networks(), state);
    } catch (error) {
      detector.dispose();
      throw error;
    }
    return detector;
  },
};

function symbolOf(picture: string): string {
  return PICTURES[picture]?.symbol ?? picture;
}

/** @throws TypeError when the asset `vgg19` is missing or something else than weights. */
function vgg19Of(assets: Readonly<Record<string, Asset>>): BackboneWeights {
  const asset = assets.vgg19;
  if (asset !== undefined && isWeightsOf(vgg19, asset)) return asset;
  throw new TypeError(
    `${KIND}: expected weights of VGG-19 as the asset vgg19, received ${asset === undefined ? 'none' : `"${asset.name}"`}`,
  );
}
