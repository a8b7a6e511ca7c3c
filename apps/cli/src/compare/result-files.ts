import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { DATASETS } from '../data/datasets';
import { UsageError } from '../errors';
import { kindOf } from '../exists';

const measured = z.number().nullable();

/** What a comparison needs of `metrics.json`. */
const metricsFile = z.object({
  detector: z.string(),
  dataset: z.enum(DATASETS),
  category: z.string().nullable(),
  testSet: z.object({ root: z.string().nullable(), limit: z.number().nullable(), seed: z.number() }),
  image: z.object({ auroc: measured }),
  pixel: z.object({
    auroc: measured,
    aupro: measured,
    iou: z.object({ paper: measured, fitted: measured, oracle: measured }),
  }),
  shares: z.record(z.string(), z.number()).exactOptional(),
  score: z.object({ reduction: z.enum(['mean', 'max']) }),
  training: z.object({ images: z.number(), seed: z.number() }),
  notes: z.array(z.string()),
});

/** What a comparison needs of `scores.json`. */
const scoresFile = z.object({
  weights: z.record(z.string(), z.object({ name: z.string(), sha256: z.string() })),
  items: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      label: z.union([z.literal(0), z.literal(1)]),
      score: z.number(),
    }),
  ),
});

export type MetricsFile = z.infer<typeof metricsFile>;
export type ScoresFile = z.infer<typeof scoresFile>;

export const readMetricsFile = (path: string, again: string): Promise<MetricsFile> =>
  read(path, metricsFile, again);

export const readScoresFile = (path: string, again: string): Promise<ScoresFile> =>
  read(path, scoresFile, again);

/**
 * @param again the command that writes the file
 * @throws UsageError where it is not there, or is not what that command writes now.
 */
async function read<T>(path: string, schema: z.ZodType<T>, again: string): Promise<T> {
  if ((await kindOf(path)) !== 'file') {
    throw new UsageError(`expected an evaluated run, but there is no ${path}; write it with: ${again}`);
  }
  const parsed = schema.safeParse(jsonOf(await readFile(path, 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'JSON' : issue.path.join('.');
  throw new UsageError(
    `${path}: expected what this version of utad writes: ${where}: ${issue?.message}; write it anew with: ${again}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
