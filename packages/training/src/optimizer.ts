import * as tf from '@tensorflow/tfjs';

/** Plain description of an optimiser. */
export type OptimizerConfig =
  | {
      readonly kind: 'adam';
      readonly learningRate: number;
      /** Default 0.9. */
      readonly beta1?: number;
      /** Default 0.999. */
      readonly beta2?: number;
      /** Default 1e-8. */
      readonly epsilon?: number;
    }
  | {
      readonly kind: 'sgd';
      readonly learningRate: number;
      /** Default 0. */
      readonly momentum?: number;
    };

/** One step of an {@link Optimizer}. */
export interface UpdateOptions {
  /** Counts from 1. */
  readonly step: number;
  /** Factor on the learning rate, from a schedule. Default 1. */
  readonly rate?: number;
  /** A gradient of a larger Euclidean norm, over all variables together, is scaled down to it. Default null: never. */
  readonly clipNorm?: number | null;
}

/**
 * Adam (Kingma and Ba, https://arxiv.org/abs/1412.6980, Algorithm 1) and SGD with momentum, over all variables as one
 * long vector.
 *
 * TensorFlow.js's own optimisers take some ten small ops per variable, and recompute powers of beta when restored, so
 * that a resumed run drifts. Here the arithmetic is a few ops on one vector, and the state is that vector's moments
 * and a whole number.
 */
export class Optimizer {
  private readonly names: readonly string[];
  private readonly variables: readonly tf.Variable[];
  private readonly sizes: readonly number[];
  private readonly slots: tf.Variable<tf.Rank.R1>[];

  constructor(
    private readonly config: OptimizerConfig,
    variables: ReadonlyMap<string, tf.Variable>,
  ) {
    this.names = [...variables.values()].map((variable) => variable.name);
    this.variables = [...variables.values()];
    this.sizes = this.variables.map((variable) => variable.size);
    const total = this.sizes.reduce((sum, size) => sum + size, 0);
    const slotCount = config.kind === 'adam' ? 2 : 1;
    this.slots = Array.from({ length: slotCount }, () =>
      tf.tidy(() => tf.variable(tf.zeros<tf.Rank.R1>([total]), false)),
    );
  }

  /** First and second moments of Adam, the velocity of SGD; live tensors, owned by the optimiser. */
  state(): readonly tf.Tensor1D[] {
    return this.slots;
  }

  /** Puts saved moments back; {@link update} must then go on with the step after the saved one. */
  restore(state: readonly tf.Tensor1D[]): void {
    for (const [index, slot] of this.slots.entries()) {
      const saved = state[index];
      if (saved === undefined || saved.size !== slot.size) {
        throw new RangeError(`optimizer: expected ${slot.size} saved values, received ${saved?.size ?? 0}`);
      }
      slot.assign(saved);
    }
  }

  /**
   * Moves every variable one step down its gradient.
   *
   * @param gradients By variable name; a variable without one stays.
   */
  update(gradients: tf.NamedTensorMap, { step, rate = 1, clipNorm = null }: UpdateOptions): void {
    tf.tidy(() => {
      const whole = tf.concat1d(
        this.variables.map((variable, index) => {
          const gradient = gradients[this.names[index] ?? ''];
          return gradient === undefined ? tf.zeros<tf.Rank.R1>([variable.size]) : gradient.as1D();
        }),
      );
      const flat = clipNorm === null ? whole : clip(whole, clipNorm);
      const change = this.change(flat, step, rate);
      const changes = tf.split(change, [...this.sizes]);
      for (const [index, variable] of this.variables.entries()) {
        const part = changes[index];
        if (part !== undefined) variable.assign(variable.sub(part.reshape(variable.shape)));
      }
    });
  }

  /** Frees the moments; the variables stay. */
  dispose(): void {
    for (const slot of this.slots) slot.dispose();
  }

  private change(gradient: tf.Tensor1D, step: number, rate: number): tf.Tensor1D {
    const [first, second] = this.slots;
    if (first === undefined) throw new Error('optimizer: used after dispose');
    if (this.config.kind === 'sgd') {
      const { learningRate, momentum = 0 } = this.config;
      first.assign(first.mul(momentum).add(gradient));
      return first.mul(learningRate * rate);
    }
    if (second === undefined) throw new Error('optimizer: used after dispose');
    const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = this.config;
    first.assign(first.mul(beta1).add(gradient.mul(1 - beta1)));
    second.assign(second.mul(beta2).add(gradient.square().mul(1 - beta2)));
    const unbiased1 = 1 - beta1 ** step;
    const unbiased2 = 1 - beta2 ** step;
    const deviation = second
      .sqrt()
      .mul(1 / Math.sqrt(unbiased2))
      .add(epsilon);
    return first.mul((learningRate * rate) / unbiased1).div(deviation);
  }
}

/** As `torch.nn.utils.clip_grad_norm_`: the direction stays, and so does a gradient that is short enough. */
function clip(gradient: tf.Tensor1D, largest: number): tf.Tensor1D {
  const norm = gradient.square().sum().sqrt();
  return gradient.mul(tf.minimum(tf.scalar(largest).div(norm.add(1e-6)), 1));
}

/** `cosine` falls from the full learning rate to none over the run, as half a cosine wave. */
export type Schedule = 'constant' | 'cosine';

/** The course of the learning rate over a stage. */
export interface LearningRateOptions {
  /** Steps of the whole stage. */
  readonly steps: number;
  /** Default `constant`. */
  readonly schedule?: Schedule;
  /** Over so many steps at the start the rate rises evenly to its full height. Default 0. */
  readonly warmUpSteps?: number;
}

/**
 * Factor on the learning rate, in [0, 1].
 *
 * @param step Steps taken before this one, from 0.
 * @example learningRateFactor(50, { steps: 100, schedule: 'cosine' }) // 0.5
 * @example learningRateFactor(0, { steps: 100, warmUpSteps: 4 }) // 0.25
 */
export function learningRateFactor(
  step: number,
  { steps, schedule = 'constant', warmUpSteps = 0 }: LearningRateOptions,
): number {
  const warm = step < warmUpSteps ? (step + 1) / warmUpSteps : 1;
  return schedule === 'constant' ? warm : (warm * (1 + Math.cos((Math.PI * step) / steps))) / 2;
}
