import { z } from 'zod';
import { BACKENDS } from '../commands/backends';
import { augmentConfig } from '../data/augment';
import { DATASETS } from '../data/datasets';
import { UsageError } from '../errors';

/** Everything that a run was started with: `config.json` of its folder. */
const runConfig = z.strictObject({
  format: z.literal(1),
  /** Kind of the detector. */
  detector: z.string(),
  /** URL of the module that brought the detector, for people: it is never imported for being written here. */
  module: z.string().nullable().default(null),
  dataset: z.enum(DATASETS),
  /** Absolute; null for data that are drawn, not read. */
  root: z.string().nullable(),
  category: z.string().nullable(),
  /** How many training images to use at most. */
  limit: z.number().int().nullable(),
  skipBad: z.boolean(),
  /** Null for training images as they are. */
  augment: augmentConfig.nullable().default(null),
  preset: z.string(),
  config: z.unknown(),
  seed: z.number().int(),
  /** As asked for; null for the best that works. */
  backend: z.enum(BACKENDS).nullable(),
  /** Absolute path of the VGG-19 weights, `bundled` or `random`; null where the detector takes none. */
  vgg19: z.string().nullable(),
  checkpointEvery: z.number().int(),
});

export type RunConfig = z.infer<typeof runConfig>;

export function parseRunConfig(text: string, path: string): RunConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${path}: expected the configuration of a run, received something that is not JSON`);
  }
  const result = runConfig.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UsageError(
    `${path}: expected the configuration of a run: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}
