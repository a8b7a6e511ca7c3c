/**
 * Probability that a standard normal variable is below z, to double precision in the tails too: Marsaglia, "Evaluating the
 * Normal Distribution", Journal of Statistical Software 11(4), 2004. The packages at hand give seven digits.
 */
export function normalCdf(z: number): number {
  if (z > 0) return 1 - normalCdf(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > -5) {
    // 1/2 + density * (z + z^3 / 3 + z^5 / (3 * 5) + ...): all terms have one sign.
    let term = z;
    let sum = z;
    for (let n = 3; Math.abs(term) > Math.abs(sum) * Number.EPSILON; n += 2) {
      term *= (z * z) / n;
      sum += term;
    }
    return Math.max(0.5 + density * sum, 0);
  }
  // The continued fraction of the tail, density / (x + 1 / (x + 2 / (x + ...))), is exact after few steps out there.
  let fraction = -z;
  for (let n = 60; n >= 1; n--) fraction = -z + n / fraction;
  return density / fraction;
}

/** The z below which a standard normal variable lies with this probability; infinite at 0 and 1. */
export function normalQuantile(probability: number): number {
  if (probability > 0.5) return -normalQuantile(1 - probability);
  if (probability === 0) return Number.NEGATIVE_INFINITY;
  // The smallest positive double lies at -38.5.
  let [low, high] = [-39, 0];
  for (let middle = (low + high) / 2; middle !== low && middle !== high; middle = (low + high) / 2) {
    if (normalCdf(middle) < probability) low = middle;
    else high = middle;
  }
  return high;
}
