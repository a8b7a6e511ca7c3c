import * as tf from '@tensorflow/tfjs';
import { deriveSeed, type Size } from '@utad/core';
import {
  AdaIn,
  type Images,
  InstanceNorm,
  LayerNorm,
  ofRank,
  outputsOf,
  symbolic,
  UpsampleNearest,
} from '@utad/layers';
import type { ExpertNetConfig } from './config';

/** What every layer of one part of the network shares: the part's name, and the seed of its initial weights. */
interface Scope {
  readonly name: string;
  readonly seed: number;
}

/** A normalisation that follows a convolution. */
type Normalize = (x: tf.SymbolicTensor, name: string) => tf.SymbolicTensor;

const instance: Normalize = (x, name) => symbolic(new InstanceNorm({ name }).apply(x));

interface ConvolutionOptions {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides?: number;
  /** Default none. */
  readonly activation?: 'relu' | 'sigmoid' | 'linear';
  /** Start at nothing, so that what this is added to stays as it is. Default false. */
  readonly startAtZero?: boolean;
  readonly name: string;
}

/** A convolution with zero padding and bias, `[B, H / strides, W / strides, filters]`. */
function convolution(
  x: tf.SymbolicTensor,
  { filters, kernelSize, strides = 1, activation = 'linear', startAtZero = false, name }: ConvolutionOptions,
  scope: Scope,
): tf.SymbolicTensor {
  const layer = tf.layers.conv2d({
    filters,
    kernelSize,
    strides,
    padding: 'same',
    activation,
    kernelInitializer: startAtZero
      ? 'zeros'
      : tf.initializers.heNormal({ seed: deriveSeed(scope.seed, scope.name, name) }),
    name: `${scope.name}_${name}`,
  });
  return symbolic(layer.apply(x)); // [B, H / strides, W / strides, filters]
}

function relu(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  return symbolic(tf.layers.activation({ activation: 'relu', name }).apply(x));
}

/** A fully connected layer with ReLU, `[B, units]`. */
function dense(x: tf.SymbolicTensor, units: number, name: string, scope: Scope): tf.SymbolicTensor {
  const kernelInitializer = tf.initializers.heNormal({ seed: deriveSeed(scope.seed, scope.name, name) });
  const layer = tf.layers.dense({
    units,
    activation: 'relu',
    kernelInitializer,
    name: `${scope.name}_${name}`,
  });
  return symbolic(layer.apply(x)); // [B, units]
}

/** Two 3x3 convolutions, each normalised, added to their input (https://arxiv.org/abs/1512.03385). */
function residualBlock(
  x: tf.SymbolicTensor,
  { filters, name, normalize }: { filters: number; name: string; normalize: Normalize },
  scope: Scope,
): tf.SymbolicTensor {
  const full = `${scope.name}_${name}`;
  const first = convolution(x, { filters, kernelSize: 3, name: `${name}_conv1` }, scope);
  const hidden = relu(normalize(first, `${full}_norm1`), `${full}_relu`);
  const second = convolution(hidden, { filters, kernelSize: 3, name: `${name}_conv2` }, scope);
  return symbolic(tf.layers.add({ name: `${full}_add` }).apply([x, normalize(second, `${full}_norm2`)]));
}

/**
 * E_S: three convolutions and global average pooling. A few numbers that hold an image's tint and texture, and have no
 * room for a defect.
 *
 * @returns A model from x `[B, H, W, 3]` to the detail vector s `[B, detail]`.
 */
function buildDetailExtractor(config: ExpertNetConfig, scope: Scope): tf.LayersModel {
  const [height, width] = config.inputSize;
  const [first, second] = config.detailFilters;
  const image = tf.input({ shape: [height, width, 3], name: `${scope.name}_image` }); // [B, H, W, 3]
  const step = { kernelSize: 4, strides: 2, activation: 'relu' } as const;
  let x = convolution(image, { ...step, filters: first, name: 'conv1' }, scope); // [B, H / 2, W / 2, first]
  x = convolution(x, { ...step, filters: second, name: 'conv2' }, scope); // [B, H / 4, W / 4, second]
  x = convolution(x, { filters: config.detail, kernelSize: 3, name: 'conv3' }, scope); // [B, H / 4, W / 4, detail]
  const average = tf.layers.globalAveragePooling2d({ name: `${scope.name}_average` });
  const detail /* s */ = symbolic(average.apply(x)); // [B, detail]
  return tf.model({ inputs: image, outputs: detail, name: scope.name });
}

/**
 * E_X: a 7x7 stem, stride-2 blocks that double the filters, residual blocks; instance norm throughout.
 *
 * @returns A model from an image `[B, H, W, 3]` to its content `[B, h, w, C]`.
 */
function buildEncoder(config: ExpertNetConfig, scope: Scope): tf.LayersModel {
  const [height, width] = config.inputSize;
  const image = tf.input({ shape: [height, width, 3], name: `${scope.name}_image` }); // [B, H, W, 3]
  let filters = config.base;
  let x = convolution(image, { filters, kernelSize: 7, name: 'stem' }, scope); // [B, H, W, base]
  x = relu(instance(x, `${scope.name}_stem_norm`), `${scope.name}_stem_relu`);
  for (let block = 1; block <= config.downsamplings; block++) {
    filters *= 2;
    const name = `down${block}`;
    x = convolution(x, { filters, kernelSize: 4, strides: 2, name }, scope); // [B, H / 2^block, W / 2^block, filters]
    x = relu(instance(x, `${scope.name}_${name}_norm`), `${scope.name}_${name}_relu`);
  } // [B, h, w, C]
  for (let block = 1; block <= config.residualBlocks; block++) {
    x = residualBlock(x, { filters, name: `residual${block}`, normalize: instance }, scope);
  }
  return tf.model({ inputs: image, outputs: x, name: scope.name });
}

/**
 * D_X of path A: residual blocks normalised by AdaIN, whose γ and β an MLP makes of the detail vector.
 *
 * @returns A model from content `[B, h, w, C]` and s `[B, detail]` to x̂ `[B, H, W, 3]` in (0, 1); where it paints on its
 *   input, to what is added to the logit of m.
 */
function buildGuidedDecoder(config: ExpertNetConfig, scope: Scope): tf.LayersModel {
  const content = contentInput(config, scope); // [B, h, w, C]
  const detail /* s */ = tf.input({ shape: [config.detail], name: `${scope.name}_detail` }); // [B, detail]
  let hidden = dense(detail, config.mlp, 'mlp1', scope); // [B, mlp]
  hidden = dense(hidden, config.mlp, 'mlp2', scope); // [B, mlp]
  const units = contentFilters(config);
  // γ and β start at 1 and 0 whatever s is, so that path A starts as path B is, and learns what to make of s
  // (docs/decisions/0006: with random ones |x̂ - x| was 0.134 instead of 0.075 after five epochs).
  const parameter = (name: string, biasInitializer: 'ones' | 'zeros') =>
    symbolic(tf.layers.dense({ units, kernelInitializer: 'zeros', biasInitializer, name }).apply(hidden)); // [B, C]
  const guided: Normalize = (k, name) => {
    const [gamma /* γ */, beta /* β */] = [
      parameter(`${name}_gamma`, 'ones'),
      parameter(`${name}_beta`, 'zeros'),
    ];
    return symbolic(new AdaIn({ name }).apply([k, gamma, beta]));
  };
  const image = decode(content, { config, normalize: guided }, scope); // [B, H, W, 3]
  return tf.model({ inputs: [content, detail], outputs: image, name: scope.name });
}

/**
 * D_X of path B: the same with plain instance norm.
 *
 * @returns A model from content `[B, h, w, C]` to m̂ `[B, H, W, 3]` in (0, 1); where it paints on its input, to what
 *   is added to the logit of x.
 */
function buildPlainDecoder(config: ExpertNetConfig, scope: Scope): tf.LayersModel {
  const content = contentInput(config, scope); // [B, h, w, C]
  const image = decode(content, { config, normalize: instance }, scope); // [B, H, W, 3]
  return tf.model({ inputs: content, outputs: image, name: scope.name });
}

const IMAGE = { activation: 'sigmoid' } as const;
const CHANGE = { activation: 'linear', startAtZero: true } as const;

/** What both decoders share: residual blocks, up-sampling with 5x5 convolutions and layer norm, and a 7x7 convolution. */
function decode(
  content: tf.SymbolicTensor,
  { config, normalize }: { config: ExpertNetConfig; normalize: Normalize },
  scope: Scope,
): tf.SymbolicTensor {
  let filters = contentFilters(config);
  let x = content; // [B, h, w, C]
  for (let block = 1; block <= config.residualBlocks; block++) {
    x = residualBlock(x, { filters, name: `residual${block}`, normalize }, scope);
  }
  for (let block = 1; block <= config.downsamplings; block++) {
    filters /= 2;
    const name = `${scope.name}_up${block}`;
    x = symbolic(new UpsampleNearest({ factor: 2, name }).apply(x)); // [B, h * 2^block, w * 2^block, 2 * filters]
    x = convolution(x, { filters, kernelSize: 5, name: `up${block}_conv` }, scope); // [B, h * 2^block, w * 2^block, filters]
    x = relu(symbolic(new LayerNorm({ name: `${name}_norm` }).apply(x)), `${name}_relu`);
  } // [B, H, W, base]
  const output = config.paintsOnInput ? CHANGE : IMAGE;
  return convolution(x, { ...output, filters: 3, kernelSize: 7, name: 'image' }, scope); // [B, H, W, 3]
}

/** C: of the content that an encoder ends with. */
function contentFilters({ base, downsamplings }: ExpertNetConfig): number {
  return base * 2 ** downsamplings;
}

/** @throws RangeError when the image can't be halved so often. */
function contentInput(config: ExpertNetConfig, scope: Scope): tf.SymbolicTensor {
  const [height, width] = config.inputSize;
  const factor = 2 ** config.downsamplings;
  if (height % factor !== 0 || width % factor !== 0) {
    throw new RangeError(`Expert-Net: expected sides divisible by ${factor}, received ${height}x${width}`);
  }
  const shape = [height / factor, width / factor, contentFilters(config)];
  return tf.input({ shape, name: `${scope.name}_content` }); // [B, h, w, C]
}

/** Keeps logits finite, and lets a gradient through where the input is all but black or white. */
const MARGIN = 0.001;

/** `sigmoid(logit(input) + change)`: the input itself where the change is 0. */
function paintOn(input: Images, change: tf.Tensor4D): Images {
  const inside = input.clipByValue(MARGIN, 1 - MARGIN);
  const logit = tf.log(tf.div(inside, tf.sub(1, inside)));
  return ofRank(4, tf.sigmoid(logit.add(change)), 'painted image');
}

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
