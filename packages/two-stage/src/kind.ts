import { type Asset, BundleError, type DetectorKind, restoreNetworks } from '@utad/detector';
import type { Vgg19Weights } from '@utad/perceptual';
import { twoStageConfig, twoStagePresets } from './config';
import { KIND, TwoStage } from './two-stage';

/** How {@link twoStageKind} comes by VGG-19 weights. */
export interface TwoStageKindOptions {
  /**
   * Finds VGG-19 weights: those that a bundle was made with, or any for a new detector. It may answer others than those
   * wanted; then the bundle's thresholds do not hold, and `load` refuses unless `allowOtherWeights` is set.
   */
  readonly vgg19: (wanted?: Asset) => Promise<Vgg19Weights>;
  /** Load a bundle with other weights than it was made with. Default false. */
  readonly allowOtherWeights?: boolean;
}

/** The two-stage method as a kind of detector, for `openBundle` and the command line. */
export function twoStageKind({ vgg19, allowOtherWeights = false }: TwoStageKindOptions): DetectorKind {
  return {
    kind: KIND,
    presets: twoStagePresets,
    defaultPreset: 'fast',
    schema: twoStageConfig,

    async create(config, options = {}) {
      return new TwoStage(config, { ...options, vgg19: await vgg19() });
    },

    async load(bundle) {
      const wanted = bundle.manifest.assets.vgg19;
      const weights = await vgg19(wanted);
      if (wanted !== undefined && wanted.sha256 !== weights.sha256 && !allowOtherWeights) {
        throw new BundleError(
          'asset',
          `bundle: expected the VGG-19 weights "${wanted.name}" it was made with, received "${weights.name}"`,
        );
      }
      const config = twoStageConfig.safeParse(bundle.manifest.config);
      if (!config.success) {
        const [issue] = config.error.issues;
        const place = ['config', ...(issue?.path ?? [])].join('.');
        throw new BundleError('manifest', `bundle: ${place}: ${issue?.message ?? 'not a configuration'}`);
      }
      const detector = new TwoStage(config.data, { vgg19: weights });
      try {
        restoreNetworks(detector.networks(), bundle);
      } catch (error) {
        detector.dispose();
        throw error;
      }
      return detector;
    },
  };
}
