import * as tf from '@tensorflow/tfjs';
import { deriveSeed } from '@utad/core';
import { symbolic, UpsampleNearest } from '@utad/training';
import { convolution, type Normalize, relu, residualBlock, type Scope } from './blocks';
import type { ExpertNetConfig } from './config';
import { AdaIn } from './layers/adain';
import { InstanceNorm } from './layers/instance-norm';
import { LayerNorm } from './layers/layer-norm';

/**
 * D_X of path A: residual blocks normalised by AdaIN, whose γ and β an MLP makes of the detail vector.
 *
 * @returns A model from content `[B, h, w, C]` and s `[B, detail]` to x̂ `[B, H, W, 3]` in (0, 1); where it paints on its
 *   input, to what is added to the logit of m.
 */
export function buildGuidedDecoder(config: ExpertNetConfig, scope: Scope): tf.LayersModel {
  const content = contentInput(config, scope);
  const detail /* s */ = tf.input({ shape: [config.detail], name: `${scope.name}_detail` });
  const hidden = dense(dense(detail, config.mlp, 'mlp1', scope), config.mlp, 'mlp2', scope);
  const filters = contentFilters(config);
  // γ and β start at 1 and 0 whatever s is, so that path A starts as path B is, and learns what to make of s
  // (docs/decisions/0006: with random ones |x̂ - x| was 0.134 instead of 0.075 after five epochs).
  const parameter = (name: string, start: 'ones' | 'zeros') =>
    symbolic(
      tf.layers
        .dense({ units: filters, kernelInitializer: 'zeros', biasInitializer: start, name })
        .apply(hidden),
    );
  const normalize: Normalize = (x, name) =>
    symbolic(
      new AdaIn({ name }).apply([x, parameter(`${name}_gamma`, 'ones'), parameter(`${name}_beta`, 'zeros')]),
    );
  const image = decode(content, { config, normalize }, scope);
  return tf.model({ inputs: [content, detail], outputs: image, name: scope.name });
}

/**
 * D_X of path B: the same with plain instance norm.
 *
 * @returns A model from content `[B, h, w, C]` to m̂ `[B, H, W, 3]` in (0, 1); where it paints on its input, to what
 *   is added to the logit of x.
 */
export function buildPlainDecoder(config: ExpertNetConfig, scope: Scope): tf.LayersModel {
  const content = contentInput(config, scope);
  const normalize: Normalize = (x, name) => symbolic(new InstanceNorm({ name }).apply(x));
  const image = decode(content, { config, normalize }, scope);
  return tf.model({ inputs: content, outputs: image, name: scope.name });
}

const IMAGE = { activation: 'sigmoid' } as const;
const CHANGE = { activation: 'linear', startAtZero: true } as const;

function decode(
  content: tf.SymbolicTensor,
  { config, normalize }: { config: ExpertNetConfig; normalize: Normalize },
  scope: Scope,
): tf.SymbolicTensor {
  let filters = contentFilters(config);
  let x = content;
  for (let block = 1; block <= config.residualBlocks; block++) {
    x = residualBlock(x, { filters, name: `residual${block}`, normalize }, scope);
  }
  for (let block = 1; block <= config.downsamplings; block++) {
    filters /= 2;
    const name = `${scope.name}_up${block}`;
    x = symbolic(new UpsampleNearest({ factor: 2, name }).apply(x));
    x = convolution(x, { filters, kernelSize: 5, name: `up${block}_conv` }, scope);
    x = relu(symbolic(new LayerNorm({ name: `${name}_norm` }).apply(x)), `${name}_relu`);
  }
  const output = config.paintsOnInput ? CHANGE : IMAGE;
  return convolution(x, { ...output, filters: 3, kernelSize: 7, name: 'image' }, scope);
}

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
  return tf.input({ shape, name: `${scope.name}_content` });
}

function dense(x: tf.SymbolicTensor, units: number, name: string, scope: Scope): tf.SymbolicTensor {
  const kernelInitializer = tf.initializers.heNormal({ seed: deriveSeed(scope.seed, scope.name, name) });
  const layer = tf.layers.dense({
    units,
    activation: 'relu',
    kernelInitializer,
    name: `${scope.name}_${name}`,
  });
  return symbolic(layer.apply(x));
}
