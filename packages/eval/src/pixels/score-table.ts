import { CompensatedSum } from '../compensated-sum';
import type { RegionLabels } from '../label-regions';
import { descend, NO_PLACES } from './places';
import { firstKeyFrom, keyOfBits, PAGES, PLACES, scoreOfKey } from './score-key';
import { ScorePage } from './score-page';

/**
 * How many good and anomalous pixels have each float32 score. Nothing is rounded: a score is a place in the table, and
 * equal scores share it. Pages without pixels take no memory.
 */
export class ScoreTable {
  positives = 0;
  negatives = 0;
  private readonly good: (ScorePage | undefined)[] = new Array(PAGES).fill(undefined);
  private readonly anomalous: (ScorePage | undefined)[] = new Array(PAGES).fill(undefined);
  private readonly pagesInUse = new Set<number>();

  /**
   * Counts one map.
   *
   * @param words the bits of finite scores
   * @param regions of the mask, if there are any
   */
  add(words: Int32Array, regions?: RegionLabels): void {
    if (regions === undefined) {
      for (let i = 0; i < words.length; i++) this.addGood(keyOfBits(words[i] ?? 0));
      return;
    }
    const { labels, areas } = regions;
    for (let i = 0; i < words.length; i++) {
      const key = keyOfBits(words[i] ?? 0);
      const label = labels[i] ?? 0;
      if (label === 0) this.addGood(key);
      else this.addAnomalous(key, areas[label] ?? 0);
    }
  }

  /** Counts what another table has counted. */
  addTable({ good, anomalous, pagesInUse, positives, negatives }: ScoreTable): void {
    const parts = { good, anomalous };
    for (const pixels of ['good', 'anomalous'] as const) {
      for (const number of pagesInUse) {
        const page = parts[pixels][number];
        if (page) (this[pixels][number] ?? this.newPage(number, pixels)).addPage(page);
      }
    }
    this.positives += positives;
    this.negatives += negatives;
  }

  /** Memory in bytes, the table of pages included. */
  get byteLength(): number {
    let bytes = 2 * 8 * PAGES;
    for (const page of this.pagesInUse) {
      bytes += (this.good[page]?.byteLength ?? 0) + (this.anomalous[page]?.byteLength ?? 0);
    }
    return bytes;
  }

  /**
   * Visits scores from the highest down, with the number of pixels of each class that reach them and the sum of weights
   * of the anomalous ones. Of a run of scores that only good pixels have the lowest alone is visited: in between nothing
   * else changes, so no curve bends there.
   */
  each(
    visit: (threshold: number, truePositives: number, falsePositives: number, covered: number) => void,
  ): void {
    const covered = new CompensatedSum();
    let truePositives = 0;
    let falsePositives = 0;
    // Scores of good pixels since the last visit: where the lowest of them stands.
    let runPage: number | null = null;
    let runPlace: number | null = null;
    const endRun = () => {
      if (runPage === null) return;
      const place = runPlace ?? this.good[runPage]?.sorted().places[0] ?? 0;
      visit(scoreOfKey(runPage, place), truePositives, falsePositives, covered.value);
      runPage = null;
    };
    for (const page of this.pagesDown()) {
      const good = this.good[page];
      const anomalous = this.anomalous[page];
      if (anomalous === undefined) {
        falsePositives += good?.total ?? 0;
        runPage = page;
        runPlace = null;
        continue;
      }
      descend(good?.sorted() ?? NO_PLACES, anomalous.sorted(), (place, goodCount, count, weight) => {
        if (count === 0) {
          falsePositives += goodCount;
          runPage = page;
          runPlace = place;
          return;
        }
        endRun();
        falsePositives += goodCount;
        truePositives += count;
        covered.add(weight);
        visit(scoreOfKey(page, place), truePositives, falsePositives, covered.value);
      });
    }
    endRun();
  }

  /** How many pixels of each class have a score of at least the threshold. */
  countFrom(threshold: number): { truePositives: number; falsePositives: number } {
    const first = firstKeyFrom(threshold);
    const [firstPage, firstPlace] = [Math.floor(first / PLACES), first % PLACES];
    let truePositives = 0;
    let falsePositives = 0;
    for (const page of this.pagesInUse) {
      if (page <= firstPage) continue;
      falsePositives += this.good[page]?.total ?? 0;
      truePositives += this.anomalous[page]?.total ?? 0;
    }
    descend(
      this.good[firstPage]?.sorted() ?? NO_PLACES,
      this.anomalous[firstPage]?.sorted() ?? NO_PLACES,
      (place, goodCount, count) => {
        if (place < firstPlace) return;
        falsePositives += goodCount;
        truePositives += count;
      },
    );
    return { truePositives, falsePositives };
  }

  /** The score of this rank among all pixels, from 0 for the lowest to their number less one. */
  scoreAt(rank: number): number {
    let above = this.positives + this.negatives - 1 - rank;
    for (const page of this.pagesDown()) {
      const [good, anomalous] = [this.good[page], this.anomalous[page]];
      const total = (good?.total ?? 0) + (anomalous?.total ?? 0);
      if (above >= total) {
        above -= total;
        continue;
      }
      let found = Number.NaN;
      descend(good?.sorted() ?? NO_PLACES, anomalous?.sorted() ?? NO_PLACES, (place, goodCount, count) => {
        if (above >= 0 && above < goodCount + count) found = scoreOfKey(page, place);
        above -= goodCount + count;
      });
      return found;
    }
    return Number.NaN;
  }

  private addGood(key: number): void {
    this.negatives++;
    const page = this.good[key >>> 16] ?? this.newPage(key >>> 16, 'good');
    page.add(key & 0xffff, 0);
  }

  private addAnomalous(key: number, area: number): void {
    this.positives++;
    const page = this.anomalous[key >>> 16] ?? this.newPage(key >>> 16, 'anomalous');
    page.add(key & 0xffff, area);
  }

  private newPage(number: number, pixels: 'good' | 'anomalous'): ScorePage {
    const page = new ScorePage(pixels);
    this[pixels][number] = page;
    this.pagesInUse.add(number);
    return page;
  }

  private pagesDown(): number[] {
    return [...this.pagesInUse].sort((a, b) => b - a);
  }
}
