/** Distinct places of a page of scores, ascending. */
export interface Places {
  readonly places: Uint16Array;
  /** How many pixels lie at each. */
  readonly counts: Float64Array;
  /** What they weigh: the sum of one divided by the area of its region over the pixels there. Empty for good pixels. */
  readonly weights: Float64Array;
}

const none = new Float64Array(0);

export const NO_PLACES: Places = { places: new Uint16Array(0), counts: none, weights: none };

/** Visits the places of two lists as one, from the highest down. */
export function descend(
  a: Places,
  b: Places,
  visit: (place: number, countA: number, countB: number, weight: number) => void,
): void {
  let i = a.places.length - 1;
  let j = b.places.length - 1;
  while (i >= 0 || j >= 0) {
    const placeA = a.places[i] ?? -1;
    const placeB = b.places[j] ?? -1;
    let countA = 0;
    let countB = 0;
    let weight = 0;
    if (placeA >= placeB) {
      countA = a.counts[i] ?? 0;
      weight = a.weights[i--] ?? 0;
    }
    if (placeB >= placeA) {
      countB = b.counts[j] ?? 0;
      weight += b.weights[j--] ?? 0;
    }
    visit(Math.max(placeA, placeB), countA, countB, weight);
  }
}

/** Both lists as one. */
export function merge(a: Places, b: Places): Places {
  if (a.places.length === 0) return b;
  if (b.places.length === 0) return a;
  const length = a.places.length + b.places.length;
  const places = new Uint16Array(length);
  const counts = new Float64Array(length);
  const weights = new Float64Array(length);
  let first = length;
  descend(a, b, (place, countA, countB, weight) => {
    places[--first] = place;
    counts[first] = countA + countB;
    weights[first] = weight;
  });
  return { places: places.slice(first), counts: counts.slice(first), weights: weights.slice(first) };
}

/** The distinct ones among these places, each of weight 0. */
export function tally(places: Uint16Array): Places {
  const ascending = places.slice().sort();
  const counts = new Float64Array(places.length);
  let used = 0;
  for (const place of ascending) {
    if (used === 0 || ascending[used - 1] !== place) ascending[used++] = place;
    counts[used - 1] = (counts[used - 1] ?? 0) + 1;
  }
  return { places: ascending.slice(0, used), counts: counts.slice(0, used), weights: NO_PLACES.weights };
}

/** The same with what pixels of regions of these areas weigh. */
export function weightedTally(places: Uint16Array, areas: Uint32Array): Places {
  // One number holds place and area, so that the native sort serves, and sums do not depend on the order of pixels.
  const pairs = Float64Array.from(places, (place, i) => place * 2 ** 32 + (areas[i] ?? 0)).sort();
  const distinct = new Uint16Array(pairs.length);
  const counts = new Float64Array(pairs.length);
  const weights = new Float64Array(pairs.length);
  let used = 0;
  for (const pair of pairs) {
    const place = Math.floor(pair / 2 ** 32);
    if (used === 0 || distinct[used - 1] !== place) distinct[used++] = place;
    counts[used - 1] = (counts[used - 1] ?? 0) + 1;
    weights[used - 1] = (weights[used - 1] ?? 0) + 1 / (pair - place * 2 ** 32);
  }
  return { places: distinct.slice(0, used), counts: counts.slice(0, used), weights: weights.slice(0, used) };
}
