/** What a choice looks at. */
export interface Candidate {
  readonly id: string;
  readonly defectType: string;
  readonly score: number;
  readonly wrong: boolean;
}

/**
 * Chooses which images keep their pictures, one image after the other, when there may be more than a page can hold.
 *
 * Images called wrongly stay before all others. Of the rest, the type of defect that has most images gives one up, each
 * time the one whose score is nearest to those of the images around it: what stays covers the scores of every type
 * evenly, the lowest and the highest among them.
 */
export class Choice {
  readonly #most: number;
  /** By type of defect, each sorted by score. */
  readonly #right = new Map<string, Candidate[]>();
  readonly #wrong = new Map<string, Candidate[]>();
  #count = 0;

  /** @param most - How many images may stay, at least 1. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Considers another image.
   *
   * @returns The id of the image that has to go, which may be the new one; undefined while there is room.
   */
  add(candidate: Candidate): string | undefined {
    const groups = candidate.wrong ? this.#wrong : this.#right;
    const group = groups.get(candidate.defectType) ?? [];
    groups.set(candidate.defectType, group);
    const place = group.findIndex(({ score }) => score > candidate.score);
    group.splice(place < 0 ? group.length : place, 0, candidate);
    this.#count++;
    return this.#count > this.#most ? this.#drop() : undefined;
  }

  #drop(): string | undefined {
    const largest = largestOf(this.#right) ?? largestOf(this.#wrong);
    if (largest === undefined) return undefined;
    const [dropped] = largest.splice(mostCrowded(largest), 1);
    this.#count--;
    return dropped?.id;
  }
}

function largestOf(groups: ReadonlyMap<string, Candidate[]>): Candidate[] | undefined {
  const filled = [...groups.values()].filter(({ length }) => length > 0);
  return filled.reduce<Candidate[] | undefined>(
    (largest, group) => (largest === undefined || group.length > largest.length ? group : largest),
    undefined,
  );
}

/** Index of the image between whose neighbours the scores differ least; the ends have only one neighbour and stay. */
function mostCrowded(group: readonly Candidate[]): number {
  let [index, least] = [0, Number.POSITIVE_INFINITY];
  for (let i = 1; i < group.length - 1; i++) {
    const gap = (group[i + 1]?.score ?? 0) - (group[i - 1]?.score ?? 0);
    if (gap < least) [index, least] = [i, gap];
  }
  return index;
}
