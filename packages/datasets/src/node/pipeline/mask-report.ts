import type { Size } from '@utad/core';
import type { MaskFacts, MaskReading } from '../decoding/read-mask';

/** How the masks of a dataset were read. */
export interface MaskReport {
  /**
   * How many of them in which way: `binary` has no other values than 0 and 255; of `two values` the one that is not 0 is a
   * defect; `labels` are up to 16 values or colours besides 0, each a defect; `antialiased` ones have more and are cut at 127;
   * the picture of an `alpha channel` is black, and what is not transparent a defect; a `threshold` was given.
   */
  readonly readings: Readonly<Partial<Record<MaskReading, number>>>;
  /** Regions of masks of which no pixel is left at `maskSize`, and how many masks had them. */
  readonly lost: { readonly regions: number; readonly masks: number };
}

/** Counts how masks were read. */
export class MaskTally {
  private readonly readings = new Map<MaskReading, number>();
  private readonly lost = { regions: 0, masks: 0 };

  add(facts: Pick<MaskFacts, 'reading' | 'lostRegions'> | undefined): void {
    if (facts === undefined) return;
    this.readings.set(facts.reading, (this.readings.get(facts.reading) ?? 0) + 1);
    if (facts.lostRegions === 0) return;
    this.lost.regions += facts.lostRegions;
    this.lost.masks += 1;
  }

  report(): MaskReport {
    return { readings: Object.fromEntries(this.readings), lost: this.lost };
  }
}

const WORDS: Readonly<Record<MaskReading, string>> = {
  binary: 'of 0 and 255',
  'two values': 'of 0 and one other value, which is a defect',
  labels: 'of labels, each of them a defect',
  antialiased: 'antialiased, cut at 127',
  'alpha channel': 'black, with the defect in the alpha channel',
  threshold: 'cut where the data set says',
};

/** Says how masks were read, where any of them has other values than 0 and 255 and nobody said how to read them. */
export function readingSentences({ readings }: MaskReport): string[] {
  const counted = Object.entries(WORDS).flatMap(([reading, words]) => {
    const count = Object.entries(readings).find(([name]) => name === reading)?.[1] ?? 0;
    return count > 0 ? [{ reading, text: `${count} ${words}` }] : [];
  });
  const decided = counted.some(({ reading }) => reading !== 'binary' && reading !== 'threshold');
  return decided ? [`Masks: ${counted.map(({ text }) => text).join('; ')}.`] : [];
}

/** Says how much of masks is lost at the size that pixels are measured at. */
export function lossSentences({ lost: { regions, masks } }: MaskReport, size: Size): string[] {
  if (regions === 0) return [];
  const [what, are] = regions === 1 ? ['1 region', 'is'] : [`${regions} regions`, 'are'];
  const of = masks === 1 ? 'a mask' : `${masks} masks`;
  return [
    `${what} of ${of} ${are} lost at ${size.join('x')}, where pixels are measured: too small for any pixel of it.`,
  ];
}
