import * as tf from '@tensorflow/tfjs';
import type { Size } from '@utad/core';
import { type Images, ofRank, outputsOf } from '@utad/training';
import type { Scope } from './blocks';
import type { ExpertNetConfig } from './config';
import { buildGuidedDecoder, buildPlainDecoder } from './decoder';
import { buildDetailExtractor } from './detail-extractor';
import { buildEncoder } from './encoder';

/** Expert-Net (section 3.2): paints an image's own detail back onto its impression. */
export class ExpertNet {
  /** As given to the constructor. */
  readonly config: ExpertNetConfig;
  private readonly encoderA: tf.LayersModel;
  private readonly decoderA: tf.LayersModel;
  private readonly encoderB: tf.LayersModel;
  private readonly decoderB: tf.LayersModel;
  private readonly detailExtractor: tf.LayersModel;

  /**
   * @param options `seed` fixes the initial weights; default 0.
   * @throws RangeError when the image cannot be halved as often as there are stride-2 blocks.
   */
  constructor(config: ExpertNetConfig, { seed = 0 }: { seed?: number } = {}) {
    const scope = (name: string): Scope => ({ name, seed });
    this.config = config;
    // A decoder comes first: it refuses sides that do not fit while there are no weights yet to free.
    this.decoderA = buildGuidedDecoder(config, scope('expert-net-decoder-a'));
    this.encoderA = buildEncoder(config, scope('expert-net-encoder-a'));
    this.encoderB = buildEncoder(config, scope('expert-net-encoder-b'));
    this.decoderB = buildPlainDecoder(config, scope('expert-net-decoder-b'));
    this.detailExtractor = buildDetailExtractor(config, scope('expert-net-detail'));
  }

  /** Height and width of the images, in pixels. */
  get inputSize(): Size {
    return this.config.inputSize;
  }

  /** E_S: the detail vector s of each image, `[B, detail]`. */
  detail(x: Images): tf.Tensor2D {
    return ofRank(2, outputsOf(this.detailExtractor, x, false)[0], 'detail vector');
  }

  /**
   * Path A: the reconstruction x̂ of an image from its impression and detail.
   *
   * @param impression m, `[B, H, W, 3]` in [0, 1]
   * @param detail s, `[B, detail]`
   * @returns `[B, H, W, 3]` in (0, 1)
   */
  reconstruct(impression: Images, detail: tf.Tensor2D): Images {
    return tf.tidy(() => {
      const [content] = outputsOf(this.encoderA, impression, false);
      const outputs = outputsOf(this.decoderA, [ofRank(4, content, 'content'), detail], false);
      const output = ofRank(4, outputs[0], 'reconstruction');
      return this.config.paintsOnInput ? paintOn(impression, output) : output;
    });
  }

  /**
   * Path B: the naive impression m̂, which mimics the impression but may hold the defect.
   *
   * @param x `[B, H, W, 3]` in [0, 1]
   * @returns `[B, H, W, 3]` in (0, 1)
   */
  naiveImpression(x: Images): Images {
    return tf.tidy(() => {
      const [content] = outputsOf(this.encoderB, x, false);
      const outputs = outputsOf(this.decoderB, ofRank(4, content, 'content'), false);
      const output = ofRank(4, outputs[0], 'naive impression');
      return this.config.paintsOnInput ? paintOn(x, output) : output;
    });
  }

  /** Encoder and decoder of either path and E_S, by the names under which a bundle stores them. They stay its own. */
  networks(): Record<string, tf.LayersModel> {
    return {
      'expert-net-encoder-a': this.encoderA,
      'expert-net-decoder-a': this.decoderA,
      'expert-net-encoder-b': this.encoderB,
      'expert-net-decoder-b': this.decoderB,
      'expert-net-detail': this.detailExtractor,
    };
  }

  /** Numbers in all weights, trained or not. */
  countParams(): number {
    return Object.values(this.networks()).reduce((sum, network) => sum + network.countParams(), 0);
  }

  /** Frees the weights. */
  dispose(): void {
    for (const network of Object.values(this.networks())) network.dispose();
  }
}

/** Keeps logits finite, and lets a gradient through where the input is all but black or white. */
const MARGIN = 0.001;

/** `sigmoid(logit(input) + change)`: the input itself where the change is 0. */
function paintOn(input: Images, change: tf.Tensor4D): Images {
  const inside = input.clipByValue(MARGIN, 1 - MARGIN);
  const logit = tf.log(tf.div(inside, tf.sub(1, inside)));
  return ofRank(4, tf.sigmoid(logit.add(change)), 'painted image');
}
