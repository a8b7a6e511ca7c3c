import * as tf from '@tensorflow/tfjs';
import { type Dataset, deriveSeed, type ImageBatch, type Size, type TensorData } from '@utad/core';
import {
  type AnomalyDetector,
  type Asset,
  type CodeBatch,
  expectImageSize,
  type FitOptions,
  type FitSummary,
  type Prediction,
  type PredictOptions,
  type Reduction,
} from '@utad/detector';
import { imagesTensor, predictionOf, weightsState } from '@utad/detector/tfjs';
import { ExpertNet, expertNetStage } from '@utad/expert-net';
import type { BackboneWeights } from '@utad/features';
import { TfjsBackbone } from '@utad/features/tfjs';
import { IeNet, ieNetStage } from '@utad/ie-net';
import type { Graph } from '@utad/onnx';
import { PerceptualScorer } from '@utad/perceptual';
import { trainStages } from '@utad/training';
import { type TwoStageConfig, twoStageConfig } from './config';
import { twoStageGraph } from './graph';

export const KIND = 'two-stage';

/** The pairs of Eq. 8. */
const PAIRS = [
  ['x', 'reconstruction'],
  ['impression', 'naiveImpression'],
  ['x', 'impression'],
] as const;

/** What a {@link TwoStage} is made with besides its configuration. */
export interface TwoStageOptions {
  /** Weights of the perceptual measurement. */
  readonly vgg19: BackboneWeights;
  /** Fixes the initial weights of the networks. Default 0. */
  readonly seed?: number;
}

/** Unsupervised Two-Stage Anomaly Detection: IE-Net, Expert-Net, and the perceptual measurement of Eq. 8. */
export class TwoStage implements AnomalyDetector {
  /** As bundles name it: `two-stage`. */
  readonly kind = KIND;
  /** Validated, with defaults filled in; a new detector can be made from it. */
  readonly config: TwoStageConfig;
  /** The VGG-19 weights that measure, by name and hash. */
  readonly assets: Readonly<Record<string, Asset>>;
  /** Stage 1: x to m. */
  readonly ieNet: IeNet;
  /** Stage 2: m and x to x̂, x to m̂. */
  readonly expertNet: ExpertNet;
  private readonly vgg19: TfjsBackbone;
  private readonly vgg19Weights: BackboneWeights;
  private readonly scorer: PerceptualScorer;

  /** @throws ZodError when the configuration is not valid. */
  constructor(config: unknown, { vgg19, seed = 0 }: TwoStageOptions) {
    this.config = twoStageConfig.parse(config);
    this.ieNet = new IeNet(this.config.ieNet, { seed: deriveSeed(seed, 'ie-net') });
    this.expertNet = new ExpertNet(this.config.expertNet, { seed: deriveSeed(seed, 'expert-net') });
    this.vgg19 = new TfjsBackbone(vgg19);
    this.vgg19Weights = vgg19;
    this.scorer = new PerceptualScorer(this.vgg19);
    this.assets = { vgg19: this.vgg19.weights };
  }

  /** Height and width of the images, in pixels. */
  get inputSize(): Size {
    return this.ieNet.inputSize;
  }

  /** How the score comes from e. */
  get reduction(): Reduction {
    return this.config.score.reduction;
  }

  /** Trains IE-Net, then Expert-Net on the impressions of the trained IE-Net. */
  async fit(data: Dataset, options: FitOptions = {}): Promise<FitSummary> {
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
   * The anomaly map e (Eq. 8) with the images that it compares. Its parts are the maps of each layer and of each pair;
   * those of either group add up to e.
   *
   * @param images x, of the detector's input size.
   * @throws ImageSizeError when they are of another.
   */
  async predict(images: ImageBatch, options: PredictOptions = {}): Promise<Prediction> {
    expectImageSize(images, this.inputSize);
    return predictionOf(images, options, (x) => {
      const impression /* m */ = this.ieNet.impression(x);
      const reconstruction /* x̂ */ = this.expertNet.reconstruct(impression, this.expertNet.detail(x));
      const naiveImpression /* m̂ */ = this.expertNet.naiveImpression(x);
      const pictures = { impression, naiveImpression, reconstruction };
      const { total, perLayer, perPair } = this.scorer.maps({ x, ...pictures }, PAIRS);
      const pairs = PAIRS.map((pair) => pair.join(', '));
      return {
        map: total,
        score: this.reduction,
        parts: { ...named('layer', this.vgg19.layers, perLayer), ...named('pair', pairs, perPair) },
        pictures,
      };
    });
  }

  /** Latent codes: the mean of z of each image. */
  async embed(images: ImageBatch): Promise<CodeBatch> {
    expectImageSize(images, this.inputSize);
    const codes = tf.tidy(() => this.ieNet.embed(imagesTensor(images))); // [B, latent]
    try {
      return { data: await codes.data<'float32'>(), shape: codes.shape };
    } finally {
      codes.dispose();
    }
  }

  /** What `predict` computes as ONNX operators. */
  graph(): Promise<Graph> {
    const { kind, inputSize, ieNet, expertNet, scorer } = this;
    const { reduction } = this.config.score;
    return twoStageGraph(
      { kind, inputSize, ieNet, expertNet, scorer, vgg19: this.vgg19Weights, reduction },
      PAIRS,
    );
  }

  /** The weights of its networks; those of VGG-19 are not among them. */
  async state(): Promise<ReadonlyMap<string, TensorData>> {
    return weightsState(this.networks());
  }

  /** Those of IE-Net and Expert-Net; VGG-19 is not among them. */
  networks(): Record<string, tf.LayersModel> {
    return { ...this.ieNet.networks(), ...this.expertNet.networks() };
  }

  /** Frees all three networks. */
  dispose(): void {
    this.ieNet.dispose();
    this.expertNet.dispose();
    this.vgg19.dispose();
  }
}

/** Maps by group and name. */
function named(
  group: string,
  names: readonly string[],
  maps: readonly tf.Tensor3D[],
): Record<string, tf.Tensor3D> {
  return Object.fromEntries(maps.map((map, index) => [`${group}/${names[index] ?? index}`, map]));
}
