import type { Preprocessing } from './preprocessing';

/** A convolution, kernel and stride square, zeros around; with the batch norm and the ReLU that follow it. */
export interface Convolution {
  /** What tells the steps apart. */
  readonly op: 'conv';
  /** Of the output; of the weights, as in `<name>/kernel` and `<name>/bias`. */
  readonly name: string;
  /** Name of the step whose output it takes. Default the step before, for the first the image. */
  readonly from?: string;
  /** Height and width of the kernel. */
  readonly kernel: number;
  /** Pixels from one place of the kernel to the next. */
  readonly stride: number;
  /** Zeros on each side. */
  readonly padding: number;
  /** Channels before, in the published network. */
  readonly inputs: number;
  /** Channels after, in the published network. */
  readonly filters: number;
  /** Whether published files have a bias; here it always has one, for batch norm is folded into it. */
  readonly bias: boolean;
  /** The batch norm behind it, as torchvision calls it; folded into kernel and bias on loading. */
  readonly norm?: string;
  /** Whether a ReLU follows. */
  readonly relu: boolean;
  /** What torchvision calls it, where that is another name. */
  readonly torchvision?: string;
  /** What Keras calls it, where that is another name. */
  readonly keras?: string;
}

/** The largest value under each place of a square window. Zeros around, which is right behind a ReLU. */
export interface MaxPooling {
  /** What tells the steps apart. */
  readonly op: 'maxPool';
  /** Of the output. */
  readonly name: string;
  /** Name of the step whose output it takes. Default the step before. */
  readonly from?: string;
  /** Height and width of the window. */
  readonly size: number;
  /** Pixels from one place of the window to the next. */
  readonly stride: number;
  /** Zeros on each side. */
  readonly padding: number;
}

/** The sum of two outputs of one shape. */
export interface Addition {
  /** What tells the steps apart. */
  readonly op: 'add';
  /** Of the output. */
  readonly name: string;
  /** Names of the steps whose outputs it takes. */
  readonly from: readonly [string, string];
  /** Whether a ReLU follows. */
  readonly relu: boolean;
}

/** One step of a network. */
export type BackboneStep = Convolution | MaxPooling | Addition;

/** Public weights of a backbone, by a short name. */
export interface WeightsSource {
  /** What to call it on a command line. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** Where the file is. */
  readonly url: string;
  /** Whose weights they are, and where that can be read. */
  readonly citation: string;
}

/** A convolutional network as plain data, which each engine runs in a few dozen lines. */
export interface Backbone {
  /** For programs: `vgg19`. */
  readonly name: string;
  /** For people: `VGG-19`. */
  readonly title: string;
  /** What the published weights expect of an image. */
  readonly preprocessing: Preprocessing;
  /** What weights of a TensorFlow.js manifest expect, where they are of another maker. */
  readonly manifestPreprocessing?: Preprocessing;
  /** Whether networks of the same steps and other widths are this backbone too. Default false. */
  readonly anyWidth?: boolean;
  /** First to last; each takes outputs of earlier ones. */
  readonly steps: readonly BackboneStep[];
  /** The steps whose outputs are features, shallow to deep. */
  readonly layers: readonly string[];
  /** Those that are taken, and to the deepest of which weights are read, unless the caller says otherwise. */
  readonly defaultLayers: readonly string[];
  /**
   * Public weights, the ones to take by default first. No hash is written down, for none can be cited: `downloadWeights`
   * remembers that of its first download. The project's own tests use a server of their own and reach none of them.
   */
  readonly sources: readonly WeightsSource[];
}

/** A part of a backbone. */
export interface SelectedLayers {
  /** By the backbone's own names, in the order asked for. */
  readonly layers: readonly string[];
  /** Those up to the deepest of the layers. */
  readonly steps: readonly BackboneStep[];
}

/**
 * What it takes to reach some layers.
 *
 * @param layers by the backbone's names or those of Keras. Default the backbone's `defaultLayers`.
 * @throws RangeError when there is none, one twice, or one that the backbone does not have.
 *
 * @example
 * selectLayers(vgg19, ['block1_conv2']).steps.length; // 2
 */
export function selectLayers(
  { title, steps, layers: known, defaultLayers }: Backbone,
  layers: readonly string[] = defaultLayers,
): SelectedLayers {
  const own = layers.map(
    (layer) => steps.find((step) => step.op === 'conv' && step.keras === layer)?.name ?? layer,
  );
  const unknown = own.find((layer) => !known.includes(layer));
  if (unknown !== undefined) {
    throw new RangeError(
      `${title}: expected layers of ${known.join(', ')}, received ${JSON.stringify(unknown)}`,
    );
  }
  if (own.length === 0 || new Set(own).size !== own.length) {
    throw new RangeError(`${title}: expected one layer or more, each once, received [${own.join(', ')}]`);
  }
  return { layers: own, steps: steps.slice(0, 1 + steps.findLastIndex(({ name }) => own.includes(name))) };
}

/** Names of the steps whose outputs a step takes; undefined is the image. */
export function stepInputs(steps: readonly BackboneStep[], index: number): readonly (string | undefined)[] {
  const step = steps[index];
  return step?.op === 'add' ? step.from : [step?.from ?? steps[index - 1]?.name];
}

/** How many pixels of the image, along an axis, the last step makes one of. Smaller images are too small for it. */
export function totalStride(steps: readonly BackboneStep[]): number {
  const strides = new Map<string | undefined, number>();
  let stride = 1;
  for (const [index, step] of steps.entries()) {
    stride = (strides.get(stepInputs(steps, index)[0]) ?? 1) * (step.op === 'add' ? 1 : step.stride);
    strides.set(step.name, stride);
  }
  return stride;
}

/** The convolutions among steps. */
export function convolutionsOf(steps: readonly BackboneStep[]): Convolution[] {
  return steps.filter((step) => step.op === 'conv');
}
