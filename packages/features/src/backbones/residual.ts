import type { BackboneStep } from '../backbone';

/** What tells one residual network from another. */
export interface ResidualNetwork {
  /** Blocks of each of the stages `layer1`, `layer2` ... */
  readonly blocks: readonly number[];
  /** Filters of the convolutions in each stage. */
  readonly widths: readonly number[];
  /** Channels that each stage gives: those of `widths` with two 3x3 convolutions a block, more with a bottleneck. */
  readonly outputs: readonly number[];
  /** Two 3x3 convolutions a block, or a 1x1, a 3x3 and a 1x1 (He et al. 2016, Figure 5). */
  readonly block: 'basic' | 'bottleneck';
  /** Filters of the first convolution. */
  readonly stem: number;
}

/**
 * A residual network (He et al. 2016, Table 1) by torchvision's names: a 7x7 convolution and a max-pooling that halve twice,
 * then stages of which all but the first halve, in the first 3x3 convolution of a block as torchvision has it. Each stage
 * is a layer, after its last ReLU.
 */
export function residualSteps({ blocks, widths, outputs, block, stem }: ResidualNetwork): BackboneStep[] {
  const steps: BackboneStep[] = [
    convolution('conv1', 'bn1', { kernel: 7, stride: 2, inputs: 3, filters: stem, relu: true }),
    { op: 'maxPool', name: 'maxpool', size: 3, stride: 2, padding: 1 },
  ];
  let [input, inputs] = ['maxpool', stem];
  for (const [s, count] of blocks.entries()) {
    const [filters = 0, wide = 0] = [widths[s], outputs[s]];
    for (let b = 0; b < count; b++) {
      const name = `layer${s + 1}.${b}`;
      const stride = s > 0 && b === 0 ? 2 : 1;
      // [kernel, stride, channels before, after]
      const shapes =
        block === 'basic'
          ? [[3, stride, inputs, filters] as const, [3, 1, filters, wide] as const]
          : [
              [1, 1, inputs, filters] as const,
              [3, stride, filters, filters] as const,
              [1, 1, filters, wide] as const,
            ];
      let last = input;
      for (const [c, [kernel, stride, before, after]] of shapes.entries()) {
        const relu = c < shapes.length - 1;
        const shape = { kernel, stride, inputs: before, filters: after, relu, from: last };
        steps.push(convolution(`${name}.conv${c + 1}`, `${name}.bn${c + 1}`, shape));
        last = `${name}.conv${c + 1}`;
      }
      let shortcut = input;
      if (stride > 1 || inputs !== wide) {
        shortcut = `${name}.downsample.0`;
        const shape = { kernel: 1, stride, inputs, filters: wide, relu: false, from: input };
        steps.push(convolution(shortcut, `${name}.downsample.1`, shape));
      }
      input = b === count - 1 ? `layer${s + 1}` : name;
      inputs = wide;
      steps.push({ op: 'add', name: input, from: [last, shortcut], relu: true });
    }
  }
  return steps;
}

/** One without bias, padded so that a stride of 1 keeps the size. */
function convolution(
  name: string,
  norm: string,
  shape: {
    readonly kernel: number;
    readonly stride: number;
    readonly inputs: number;
    readonly filters: number;
    readonly relu: boolean;
    readonly from?: string;
  },
): BackboneStep {
  return { op: 'conv', name, ...shape, padding: (shape.kernel - 1) / 2, bias: false, norm };
}
