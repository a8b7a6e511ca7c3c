import { readFile } from 'node:fs/promises';
import type { FitSummary } from '@utad/detector';
import { z } from 'zod';
import { kindOf } from '../exists';

const losses = z.record(z.string(), z.number());

const history = z.object({
  stages: z.array(
    z.object({
      stage: z.string(),
      epochs: z.array(z.object({ losses, validation: losses.exactOptional(), seconds: z.number() })),
      kept: z.number().exactOptional(),
    }),
  ),
});

/** The course of a training run; undefined where none was written. */
export async function readHistory(path: string): Promise<FitSummary | undefined> {
  if ((await kindOf(path)) === undefined) return undefined;
  return history.parse(JSON.parse(await readFile(path, 'utf8')));
}
