import type { AugmentOptions } from '@utad/datasets';
import { z } from 'zod';
import { AUGMENT_TAKES } from '../commands/augment-option';
import { UsageError } from '../errors';

/** How training images are varied: as in `config.json` of a run. */
export const augmentConfig = z.strictObject({
  flipHorizontal: z.boolean().optional(),
  flipVertical: z.boolean().optional(),
  rotation: z.number().min(0).max(180).optional(),
  shift: z.number().min(0).max(0.5).optional(),
  brightness: z.number().min(0).max(1).optional(),
});

export type AugmentConfig = z.infer<typeof augmentConfig>;

/**
 * Reads `--augment flipHorizontal,rotation=5`.
 *
 * @throws UsageError for a name or number that has no meaning.
 */
export function parseAugment(text: string): AugmentConfig {
  const config: Record<string, unknown> = {};
  for (const part of text.split(',')) {
    const [name = '', value, ...more] = part.trim().split('=');
    if (more.length > 0 || !(name in augmentConfig.shape) || name in config) throw refused(part.trim());
    // An empty text would be the number 0.
    config[name] = value === undefined ? true : value === '' ? Number.NaN : Number(value);
  }
  const parsed = augmentConfig.safeParse(config);
  if (parsed.success) return parsed.data;
  const [name = ''] = parsed.error.issues[0]?.path.map(String) ?? [];
  throw refused(text.split(',').find((part) => part.trim().startsWith(name)) ?? text);
}

function refused(part: string): UsageError {
  return new UsageError(`--augment: expected some of ${AUGMENT_TAKES}, received ${part || 'nothing'}`);
}

/** The options without those left out, which strict optional properties tell from undefined. */
export function augmentOptions(config: AugmentConfig | null, seed: number): AugmentOptions {
  const given = Object.entries(config ?? {}).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), seed };
}
