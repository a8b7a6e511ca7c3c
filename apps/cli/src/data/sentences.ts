import type { Splits } from '@utad/datasets/node';
import { formatCount } from '../terminal/format';

/** What was done to images so that they fit, and how many it was done to. */
export interface Conversion {
  readonly what: string;
  readonly images: number;
}

export interface Skipped {
  readonly path: string;
  readonly reason: string;
}

/** More than a person would read. */
const NAMED = 5;

/** Says once each what was converted. */
export function conversionSentences(conversions: readonly Conversion[]): string[] {
  return conversions.map(({ what, images }) => `${formatCount(images, 'image')}: ${what}.`);
}

/** Says what was left out, and why. */
export function skippedSentences(skipped: readonly Skipped[]): string[] {
  if (skipped.length === 0) return [];
  const named = skipped.slice(0, NAMED).map(({ path, reason }) => `${path} (${reason})`);
  const more = skipped.length > NAMED ? ` and ${skipped.length - NAMED} more` : '';
  return [`${formatCount(skipped.length, 'image')} skipped as unreadable: ${named.join(', ')}${more}.`];
}

/** Says how images without splits of their own were divided. */
export function divisionSentences(splits: Splits | null): string[] {
  if (splits === null || splits.made === null) return [];
  const { train, validation, test, made } = splits;
  const parts = [
    `${train.length} for training`,
    ...(validation.length > 0 ? [`${validation.length} for validation`] : []),
    `${test.length} for testing`,
  ];
  return [`Images without splits divided by seed ${made.seed}: ${parts.join(', ')}.`];
}

/** Says what came and went since images were divided. */
export function changeSentences(recorded: Splits | undefined, now: Splits | null): string[] {
  if (recorded === undefined || now === null) return [];
  const all = ({ train, validation, test }: Splits) => [...train, ...validation, ...test];
  const [before, after] = [new Set(all(recorded)), new Set(all(now))];
  const came = [...after].filter((id) => !before.has(id)).length;
  const went = [...before].filter((id) => !after.has(id)).length;
  return [
    ...(came > 0 ? [`${formatCount(came, 'image')} came since the detector was trained: for testing.`] : []),
    ...(went > 0 ? [`${formatCount(went, 'image')} went since the detector was trained.`] : []),
  ];
}

/** Adds one image's conversions to the counts. */
export function addConversions(counts: Map<string, number>, conversions: readonly string[]): void {
  for (const what of conversions) counts.set(what, (counts.get(what) ?? 0) + 1);
}
