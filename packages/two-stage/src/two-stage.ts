import * as tf from '@tensorflow/tfjs';
import {
  type AnomalyDetector,
  type Asset,
  type FitOptions,
  type FitSummary,
  type Prediction,
  type Reduction,
  scoreOf,
} from '@utad/detector';
import { ExpertNet, expertNetStage } from '@utad/expert-net';
import { IeNet, ieNetStage } from '@utad/ie-net';
import { PerceptualScorer, Vgg19, type Vgg19Weights } from '@utad/perceptual';
import { deriveSeed, type Images, type Size, type TrainingData, trainStages } from '@utad/training';
import { type TwoStageConfig, twoStageConfig } from './config';

export const KIND = 'two-stage';

/** The pairs of Eq. 8. */
const PAIRS = [
  ['x', 'reconstruction'],
  ['impression', 'naiveImpression'],
  ['x', 'impression'],
] as const;

export interface TwoStageOptions {
  /** Weights of the perceptual measurement. */
  readonly vgg19: Vgg19Weights;
  /** Fixes the initial weights of the networks. Default 0. */
  readonly seed?: number;
}

/** Unsupervised Two-Stage Anomaly Detection: IE-Net, Expert-Net, and the perceptual measurement of Eq. 8. */
export class TwoStage implements AnomalyDetector {
  readonly kind = KIND;
  readonly config: TwoStageConfig;
  readonly assets: Readonly<Record<string, Asset>>;
  readonly ieNet: IeNet;
  readonly expertNet: ExpertNet;
  private readonly vgg19: Vgg19;
  private readonly scorer: PerceptualScorer;

  /** @throws ZodError when the configuration is not valid. */
  constructor(config: unknown, { vgg19, seed = 0 }: TwoStageOptions) {
    this.config = twoStageConfig.parse(config);
    this.ieNet = new IeNet(this.config.ieNet, { seed: deriveSeed(seed, 'ie-net') });
    this.expertNet = new ExpertNet(this.config.expertNet, { seed: deriveSeed(seed, 'expert-net') });
    this.vgg19 = new Vgg19(vgg19);
    this.scorer = new PerceptualScorer(this.vgg19);
    this.assets = { vgg19: this.vgg19.weights };
  }

  get inputSize(): Size {
    return this.ieNet.inputSize;
  }

  get reduction(): Reduction {
    return this.config.score.reduction;
  }

  async fit(data: TrainingData, options: FitOptions = {}): Promise<FitSummary> {
    const { training } = this.config;
    const plans = [
      { stage: ieNetStage(this.ieNet), training: training.ieNet },
      {
        stage: expertNetStage(this.expertNet, (x) => this.ieNet.impression(x)),
        training: training.expertNet,
      },
    ];
    const configuration = JSON.stringify(this.config);
    return { stages: await trainStages(plans, data, { ...options, configuration }) };
  }

  /**
   * The anomaly map e (Eq. 8) with the images that it compares.
   *
   * @param images x, `[B, H, W, 3]` in [0, 1], of the detector's input size
   */
  predict(images: Images): Prediction {
    return tf.tidy(() => {
      const impression /* m */ = this.ieNet.impression(images);
      const reconstruction /* x̂ */ = this.expertNet.reconstruct(impression, this.expertNet.detail(images));
      const naiveImpression /* m̂ */ = this.expertNet.naiveImpression(images);
      const intermediates = { impression, naiveImpression, reconstruction };
      const { total, perLayer, perPair } = this.scorer.maps({ x: images, ...intermediates }, PAIRS);
      const means = (group: string, names: readonly string[], maps: readonly tf.Tensor3D[]) =>
        maps.map((map, index) => [`${group}/${names[index] ?? index}`, scoreOf(map, 'mean')] as const);
      return {
        anomalyMap: total,
        score: scoreOf(total, this.reduction),
        contributions: Object.fromEntries([
          ...means('layer', this.vgg19.layers, perLayer),
          ...means(
            'pair',
            PAIRS.map((pair) => pair.join(', ')),
            perPair,
          ),
        ]),
        intermediates,
      };
    });
  }

  embed(images: Images): tf.Tensor2D {
    return this.ieNet.embed(images);
  }

  networks(): Record<string, tf.LayersModel> {
    return { ...this.ieNet.networks(), ...this.expertNet.networks() };
  }

  dispose(): void {
    this.ieNet.dispose();
    this.expertNet.dispose();
    this.vgg19.dispose();
  }
}
