import * as tf from '@tensorflow/tfjs';
import type { Dataset, StageHistory, TrainingEvent } from '@utad/core';
import { deriveSeed, permutation } from '@utad/core';
import { type Batch, batchCount, readBatches } from './batches';
import { BestWeights, bestEpoch, type EarlyStopping, isExhausted } from './best-epoch';
import { type Checkpoint, CheckpointError, type Progress } from './checkpoint';
import { ExplosionGuard, newlyTrivial } from './guards';
import { LossMeter, validationLosses } from './losses';
import { learningRateFactor, Optimizer, type OptimizerConfig, type Schedule } from './optimizer';
import {
  type GroupedStage,
  groupsOf,
  inGroup,
  type LossTensors,
  type Stage,
  stageWeights,
  trainableWeights,
  type WeightGroup,
} from './stage';

/** How one group of weights is moved. */
export interface GroupTraining {
  /** Adam or SGD, with its learning rate. */
  readonly optimizer: OptimizerConfig;
  /** Course of the learning rate. Default `constant`. */
  readonly schedule?: Schedule;
  /** Over so many steps at the start the learning rate rises evenly to its full height. Default 0. */
  readonly warmUpSteps?: number;
  /** Gradients whose norm, over all weights of the group together, is larger are scaled down to it. Default null: never. */
  readonly clipNorm?: number | null;
}

/** How one stage is trained. */
export interface StageTraining extends GroupTraining {
  /** Passes over the training images. */
  readonly epochs: number;
  /** Images in a step. */
  readonly batchSize: number;
  /** Of a stage of several groups: what is different for a group, by its name. Default: nothing. */
  readonly groups?: Readonly<Record<string, Partial<GroupTraining>>>;
  /** Ends the stage when the validation loss stands still. Default null: never. */
  readonly earlyStopping?: EarlyStopping | null;
  /** The weights that the stage ends with: those of the last epoch, or of the lowest validation loss. Default `last`. */
  readonly keep?: 'last' | 'best';
  /** Training stops when the loss, or the norm of the weights, is so many times its starting value. Default 100. */
  readonly explosionFactor?: number;
}

export interface StageRunOptions {
  readonly seed: number;
  readonly validation?: Dataset;
  readonly onEvent?: (event: TrainingEvent) => void;
}

/** Losses are read back from the backend so often: each reading waits for it. */
const STEPS_BETWEEN_READINGS = 10;

/** One group of weights with its optimiser. */
class GroupRun {
  readonly optimizer: Optimizer;
  private readonly variables: tf.Variable[];

  constructor(
    readonly name: string,
    private readonly group: WeightGroup,
    variables: ReadonlyMap<string, tf.Variable>,
    private readonly training: GroupTraining & { readonly steps: number },
  ) {
    this.variables = [...variables.values()];
    this.optimizer = new Optimizer(training.optimizer, variables);
  }

  /**
   * Moves the weights one step down the gradient of the group's loss.
   *
   * @param step Steps taken before this one.
   * @param take Is handed the losses before the step, which it owns.
   */
  learn(inputs: tf.TensorContainer, step: number, take: (losses: LossTensors) => void): void {
    tf.tidy(() => {
      const minimised = () => {
        const losses = this.group.losses(inputs, true);
        for (const term of [losses.total, ...Object.values(losses.terms)]) tf.keep(term);
        take(losses);
        return losses.total;
      };
      const { grads } = tf.variableGrads(minimised, this.variables);
      const rate = learningRateFactor(step, this.training);
      this.optimizer.update(grads, { step: step + 1, rate, clipNorm: this.training.clipNorm ?? null });
    });
  }

  /** Moments by the names of a checkpoint; they stay the optimiser's. */
  state(): Map<string, tf.Tensor1D> {
    return new Map(this.optimizer.state().map((slot, index) => [this.momentName(index), slot]));
  }

  /** @throws CheckpointError when a moment is missing. */
  restore(tensors: ReadonlyMap<string, tf.Tensor>): void {
    tf.tidy(() => {
      const saved = this.optimizer.state().map((_, index) => {
        const moment = tensors.get(this.momentName(index));
        if (moment === undefined) {
          throw new CheckpointError('weights', 'checkpoint: the optimiser state is missing');
        }
        return moment.as1D();
      });
      this.optimizer.restore(saved);
    });
  }

  private momentName(index: number): string {
    return `optimizer/${inGroup(this.name, index)}`;
  }
}

/** One stage on its way through its epochs, a step at a time. */
export class StageRun {
  private readonly groups: readonly GroupRun[];
  private readonly smallestBatch: number;
  private readonly best: BestWeights;
  private readonly guard: ExplosionGuard;
  private readonly stepsPerEpoch: number;
  private readonly meter = new LossMeter((losses, step) => this.guard.checkLosses(losses, step));
  private readonly epochs: StageHistory['epochs'][number][] = [];
  private step = 0;
  private batches: AsyncGenerator<Batch> | undefined;
  private tensorsBefore = Number.POSITIVE_INFINITY;
  private leakReported = false;

  constructor(
    private readonly stage: Stage | GroupedStage,
    private readonly training: StageTraining,
    private readonly data: Dataset,
    private readonly options: StageRunOptions,
  ) {
    this.smallestBatch = stage.smallestBatch ?? 1;
    this.stepsPerEpoch = batchCount(data.count, training.batchSize, this.smallestBatch);
    if (this.stepsPerEpoch === 0) {
      const message = `${stage.name}: expected at least ${count(this.smallestBatch, 'image')}, received ${data.count}`;
      throw new RangeError(message);
    }
    const compares = training.keep === 'best' || training.earlyStopping;
    if (compares && this.validation === undefined) {
      const message = `${stage.name}: expected at least ${count(this.smallestBatch, 'validation image')} to stop early or keep the best weights, received ${options.validation?.count ?? 0}`;
      throw new RangeError(message);
    }
    const groups = groupsOf(stage);
    const names = groups.map(([name]) => name);
    const unknown = Object.keys(training.groups ?? {}).find((name) => !names.includes(name));
    if (names.length === 0) throw new RangeError(`${stage.name}: expected at least one group, received none`);
    if (unknown !== undefined) {
      const message = `${stage.name}: expected training of the groups ${names.join(', ')}, received ${unknown}`;
      throw new RangeError(message);
    }
    const variables = trainableWeights(stage);
    this.best = new BestWeights(stageWeights(stage));
    this.guard = new ExplosionGuard(stage.name, [...variables.values()], training.explosionFactor ?? 100);
    this.groups = groups.map(([name, group]) => {
      const settings = { ...training, ...training.groups?.[name], steps: this.totalSteps };
      return new GroupRun(name, group, trainableWeights(stage, name), settings);
    });
  }

  /** Begins, or goes on from where a checkpoint of this stage was taken. */
  async start(saved?: Checkpoint): Promise<void> {
    if (saved === undefined) await this.guard.begin();
    else this.resume(saved);
    this.options.onEvent?.({
      type: 'stage',
      stage: this.stage.name,
      epochs: this.training.epochs,
      stepsPerEpoch: this.stepsPerEpoch,
      from: this.step,
    });
  }

  get complete(): boolean {
    return this.step >= this.totalSteps || this.stopsEarly;
  }

  /** Steps taken. */
  get steps(): number {
    return this.step;
  }

  async nextStep(): Promise<void> {
    const epoch = Math.floor(this.step / this.stepsPerEpoch);
    const began = performance.now();
    this.batches ??= this.openEpoch(epoch);
    const { value: batch, done } = await this.batches.next();
    if (done) throw new Error(`${this.stage.name}: the data ended before the epoch did`);
    try {
      this.learn(batch);
    } finally {
      batch.images.dispose();
    }
    this.step += 1;
    this.meter.addSeconds((performance.now() - began) / 1000);
    await this.report(epoch);
    // Native backends compute while they are called; without a pause no signal would ever be heard.
    await tf.nextFrame();
  }

  /** Leaves the weights that are to be kept, and tells the course of the stage. */
  finish(): StageHistory {
    const kept = this.training.keep === 'best' ? this.bestEpoch : this.epochs.length;
    if (kept !== this.epochs.length) this.best.apply();
    this.options.onEvent?.({
      type: 'stage-end',
      stage: this.stage.name,
      epochs: this.epochs.length,
      stoppedEarly: this.step < this.totalSteps,
      kept,
    });
    return { ...this.history(), kept };
  }

  /** What a checkpoint keeps of this stage, besides tensors. */
  async position(): Promise<Pick<Progress, 'step' | 'current' | 'partialEpoch' | 'start'>> {
    await this.meter.read();
    return {
      step: this.step,
      current: this.history(),
      partialEpoch: this.meter.state(),
      start: this.guard.state(),
    };
  }

  /** The optimisers' moments and the best weights under the names that {@link start} looks for; they stay this run's. */
  tensors(): Map<string, tf.Tensor> {
    return new Map<string, tf.Tensor>([
      ...this.groups.flatMap((group) => [...group.state()]),
      ...this.best.state(),
    ]);
  }

  async close(): Promise<void> {
    await this.batches?.return(undefined);
    this.meter.dispose();
    for (const { optimizer } of this.groups) optimizer.dispose();
    this.best.dispose();
  }

  private get totalSteps(): number {
    return this.training.epochs * this.stepsPerEpoch;
  }

  private get validation(): Dataset | undefined {
    const { validation } = this.options;
    return validation === undefined || validation.count < this.smallestBatch ? undefined : validation;
  }

  private get bestEpoch(): number {
    return bestEpoch(this.epochs);
  }

  private get stopsEarly(): boolean {
    const { earlyStopping } = this.training;
    return earlyStopping ? this.atEpochEnd && isExhausted(this.epochs, earlyStopping) : false;
  }

  private history(): StageHistory {
    return { stage: this.stage.name, epochs: [...this.epochs] };
  }

  private resume({ progress, tensors }: Checkpoint): void {
    for (const group of this.groups) group.restore(tensors);
    this.step = progress.step;
    this.epochs.push(...progress.current.epochs);
    this.meter.restore(progress.partialEpoch);
    this.guard.restore(progress.start);
    if (this.training.keep === 'best' && this.bestEpoch > 0) this.best.restore(tensors);
  }

  private openEpoch(epoch: number): AsyncGenerator<Batch> {
    const { batchSize } = this.training;
    const order = permutation(
      this.data.count,
      deriveSeed(this.options.seed, 'order', this.stage.name, epoch),
    );
    const done = (this.step - epoch * this.stepsPerEpoch) * batchSize;
    return readBatches(this.data, {
      order: order.slice(done),
      batchSize,
      size: this.stage.inputSize,
      smallestBatch: this.smallestBatch,
      pass: epoch,
    });
  }

  private learn({ images, records }: Batch): void {
    const noise = deriveSeed(this.options.seed, 'noise', this.stage.name, this.step);
    const inputs = tf.tidy(() => this.stage.prepare(images, noise, records));
    try {
      this.meter.begin(this.step + 1);
      for (const group of this.groups) {
        group.learn(inputs, this.step, (losses) => this.meter.add(group.name, losses));
      }
    } finally {
      tf.dispose(inputs);
    }
  }

  private get atEpochEnd(): boolean {
    return this.step % this.stepsPerEpoch === 0;
  }

  private async report(epoch: number): Promise<void> {
    const read = this.atEpochEnd || this.step % STEPS_BETWEEN_READINGS === 0;
    const losses = read ? await this.meter.read() : undefined;
    if (read) await this.guard.checkWeights(this.step);
    this.options.onEvent?.({
      type: 'step',
      stage: this.stage.name,
      epoch: epoch + 1,
      step: this.step,
      steps: this.totalSteps,
      ...(losses && { losses }),
    });
    if (this.atEpochEnd) await this.completeEpoch();
  }

  private async completeEpoch(): Promise<void> {
    await this.batches?.return(undefined);
    this.batches = undefined;
    const { losses, seconds } = this.meter.takeMeans();
    const validation =
      this.validation &&
      (await validationLosses(this.stage, this.validation, {
        batchSize: this.training.batchSize,
        seed: this.options.seed,
        // Moving averages lag behind the weights at first, so that only a loss that is no number is out of reason.
        check: (held) => this.guard.checkFinite(held, this.step),
      }));
    const record = { losses, ...(validation && { validation }), seconds };
    this.epochs.push(record);
    if (this.training.keep === 'best' && this.bestEpoch === this.epochs.length) this.best.take();
    const { numTensors: tensors, numBytes: bytes } = tf.memory();
    this.options.onEvent?.({
      type: 'epoch',
      stage: this.stage.name,
      epoch: this.epochs.length,
      epochs: this.training.epochs,
      ...record,
      memory: { tensors, bytes },
    });
    this.warn(tensors);
  }

  private warn(tensors: number): void {
    const terms = this.stage.trivialTerms ?? {};
    const epoch = this.epochs.length;
    const say = (message: string) =>
      this.options.onEvent?.({ type: 'warning', stage: this.stage.name, epoch, message });
    for (const name of newlyTrivial(terms, this.epochs, this.training.epochs)) {
      const { value, meaning } = terms[name] ?? { value: Number.NaN, meaning: '' };
      say(`${this.stage.name}: "${name}" stays at ${Number(value.toPrecision(3))}: ${meaning}`);
    }
    if (tensors > this.tensorsBefore && !this.leakReported) {
      this.leakReported = true;
      say(
        `${this.stage.name}: ${tensors - this.tensorsBefore} more tensors are held than an epoch ago: something keeps what it should dispose of`,
      );
    }
    this.tensorsBefore = tensors;
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
