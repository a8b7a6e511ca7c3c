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

/** Adds one image's conversions to the counts. */
export function addConversions(counts: Map<string, number>, conversions: readonly string[]): void {
  for (const what of conversions) counts.set(what, (counts.get(what) ?? 0) + 1);
}
