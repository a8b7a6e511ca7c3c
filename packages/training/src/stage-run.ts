import * as tf from '@tensorflow/tfjs';
import { type Batch, batchCount, readBatches } from './batches';
import { type Checkpoint, CheckpointError, type Progress, type StageHistory } from './checkpoint';
import type { TrainingData } from './data';
import type { Losses, TrainingEvent } from './events';
import { LossMeter } from './loss-meter';
import { Optimizer, type OptimizerConfig } from './optimizer';
import { deriveSeed, permutation } from './random';
import { learningRateFactor, type Schedule } from './schedule';
import { type Stage, trainableWeights } from './stage';

/** How one stage is trained. */
export interface StageTraining {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: OptimizerConfig;
  /** Course of the learning rate. Default `constant`. */
  readonly schedule?: Schedule;
}

export interface StageRunOptions {
  readonly seed: number;
  readonly validation?: TrainingData;
  readonly onEvent?: (event: TrainingEvent) => void;
}

/** IE-Net pairs each image with another one of its batch, so a batch has two at least. */
const SMALLEST_BATCH = 2;
/** Losses are read back from the backend so often: each reading waits for it. */
const STEPS_BETWEEN_READINGS = 10;

/** One stage on its way through its epochs, a step at a time. */
export class StageRun {
  private readonly variables: Map<string, tf.Variable>;
  private readonly optimizer: Optimizer;
  private readonly stepsPerEpoch: number;
  private readonly meter = new LossMeter();
  private readonly epochs: StageHistory['epochs'][number][] = [];
  private step = 0;
  private batches: AsyncGenerator<Batch> | undefined;

  constructor(
    private readonly stage: Stage,
    private readonly training: StageTraining,
    private readonly data: TrainingData,
    private readonly options: StageRunOptions,
  ) {
    this.stepsPerEpoch = batchCount(data.count, training.batchSize, SMALLEST_BATCH);
    if (this.stepsPerEpoch === 0) {
      throw new RangeError(
        `${stage.name}: expected at least ${SMALLEST_BATCH} images, received ${data.count}`,
      );
    }
    this.variables = trainableWeights(stage);
    this.optimizer = new Optimizer(training.optimizer, this.variables);
  }

  /** Goes on from where a checkpoint of this stage was taken. */
  resume({ progress, tensors }: Checkpoint): void {
    const slots = this.optimizer.state().map((_, index) => tensors.get(`${OPTIMIZER}/${index}`));
    const found = slots.filter((slot): slot is tf.Tensor1D => slot !== undefined);
    if (found.length !== slots.length)
      throw new CheckpointError('checkpoint: the optimiser state is missing');
    this.optimizer.restore(found);
    this.step = progress.step;
    this.epochs.push(...progress.current.epochs);
    this.meter.restore(progress.partialEpoch);
  }

  get complete(): boolean {
    return this.step >= this.totalSteps;
  }

  /** Steps taken. */
  get steps(): number {
    return this.step;
  }

  announce(): void {
    this.options.onEvent?.({
      type: 'stage',
      stage: this.stage.name,
      epochs: this.training.epochs,
      stepsPerEpoch: this.stepsPerEpoch,
      from: this.step,
    });
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

  /** What a checkpoint keeps of this stage, besides weights. */
  async position(): Promise<Pick<Progress, 'step' | 'current' | 'partialEpoch'>> {
    await this.meter.read(this.stage.name, this.step);
    return { step: this.step, current: this.history(), partialEpoch: this.meter.state() };
  }

  history(): StageHistory {
    return { stage: this.stage.name, epochs: [...this.epochs] };
  }

  /** The optimiser's moments under the names that {@link resume} looks for; they stay the optimiser's. */
  optimizerState(): Map<string, tf.Tensor> {
    return new Map(this.optimizer.state().map((slot, index) => [`${OPTIMIZER}/${index}`, slot]));
  }

  async close(): Promise<void> {
    await this.batches?.return(undefined);
    this.meter.dispose();
    this.optimizer.dispose();
  }

  private get totalSteps(): number {
    return this.training.epochs * this.stepsPerEpoch;
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
      smallestBatch: SMALLEST_BATCH,
    });
  }

  private learn({ images }: Batch): void {
    const inputs = tf.tidy(() =>
      this.stage.prepare(images, deriveSeed(this.options.seed, 'noise', this.stage.name, this.step)),
    );
    try {
      tf.tidy(() => {
        const minimised = () => {
          const losses = this.stage.losses(inputs, true);
          for (const term of [losses.total, ...Object.values(losses.terms)]) tf.keep(term);
          this.meter.add(losses);
          return losses.total;
        };
        const { grads } = tf.variableGrads(minimised, [...this.variables.values()]);
        const rate = learningRateFactor(this.training.schedule ?? 'constant', this.step / this.totalSteps);
        this.optimizer.update(grads, this.step + 1, rate);
      });
    } finally {
      tf.dispose(inputs);
    }
  }

  private async report(epoch: number): Promise<void> {
    const epochComplete = this.step % this.stepsPerEpoch === 0;
    const read = epochComplete || this.step % STEPS_BETWEEN_READINGS === 0;
    const losses = read ? await this.meter.read(this.stage.name, this.step) : undefined;
    this.options.onEvent?.({
      type: 'step',
      stage: this.stage.name,
      epoch: epoch + 1,
      step: this.step,
      steps: this.totalSteps,
      ...(losses && { losses }),
    });
    if (epochComplete) await this.completeEpoch();
  }

  private async completeEpoch(): Promise<void> {
    await this.batches?.return(undefined);
    this.batches = undefined;
    const { losses, seconds } = this.meter.takeMeans();
    const validation = await this.validate();
    const record = { losses, ...(validation && { validation }), seconds };
    this.epochs.push(record);
    this.options.onEvent?.({
      type: 'epoch',
      stage: this.stage.name,
      epoch: this.epochs.length,
      epochs: this.training.epochs,
      ...record,
    });
  }

  /** Mean losses on the held-out images, with the same noise every time. */
  private async validate(): Promise<Losses | undefined> {
    const { validation, seed } = this.options;
    if (validation === undefined || validation.count < SMALLEST_BATCH) return undefined;
    const meter = new LossMeter();
    const order = Array.from({ length: validation.count }, (_, index) => index);
    const { batchSize } = this.training;
    const size = this.stage.inputSize;
    try {
      let batchIndex = 0;
      for await (const { images } of readBatches(validation, {
        order,
        batchSize,
        size,
        smallestBatch: SMALLEST_BATCH,
      })) {
        const noise = deriveSeed(seed, 'validation', this.stage.name, batchIndex++);
        try {
          const losses = tf.tidy(() => this.stage.losses(this.stage.prepare(images, noise), false));
          meter.add(losses, images.shape[0]);
        } finally {
          images.dispose();
        }
      }
      await meter.read(`${this.stage.name}, held-out images`, this.step);
      return meter.takeMeans().losses;
    } finally {
      meter.dispose();
    }
  }
}

const OPTIMIZER = 'optimizer';
