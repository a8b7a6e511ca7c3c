import * as z from 'zod';

const rate = z.number().positive();
const wholeNumber = z.number().int();

const optimizer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('adam'),
    learningRate: rate,
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.999),
    epsilon: z.number().positive().default(1e-8),
  }),
  z.strictObject({
    kind: z.literal('sgd'),
    learningRate: rate,
    momentum: z.number().min(0).lt(1).default(0),
  }),
]);

/** How a stage is trained: `StageTraining` of @utad/training, where every key is explained. */
export const stageTraining = z.strictObject({
  epochs: wholeNumber.min(0),
  batchSize: wholeNumber.min(2),
  optimizer,
  schedule: z.enum(['constant', 'cosine']).default('constant'),
  warmUpSteps: wholeNumber.min(0).default(0),
  clipNorm: z.number().positive().nullable().default(null),
  earlyStopping: z
    .strictObject({ patience: wholeNumber.min(1), minDelta: z.number().min(0).default(0) })
    .nullable()
    .default(null),
  keep: z.enum(['last', 'best']).default('last'),
  explosionFactor: z.number().gt(1).default(100),
});
