import { TSNE } from '@keckelt/tsne';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Codes } from './codes';
import { variance } from './pca';

type Point = readonly [x: number, y: number];

/** In units of the plane: small against where points end, as t-SNE wants its beginning. */
const START = 1e-4;

/** As in van der Maaten and Hinton, 2008. The library's own, 10, takes longer on a thousand codes. */
const LEARNING_RATE = 100;

/**
 * The library begins from `Math.random`, so its beginning is replaced by one of our own: principal components keep the
 * large where they are (Kobak and Berens, Nature Communications 10, 2019), and the noise is of our seed.
 *
 * Yields after the neighbourhoods are found and after every step of the descent, with the number of steps done, so that
 * whoever drives it decides whether to let others in between.
 *
 * @param codes checked
 * @param plane their first two principal components
 */
export function* tSneSteps(
  codes: Codes,
  plane: readonly Point[],
  { seed, perplexity, iterations }: { seed: number; perplexity: number; iterations: number },
): Generator<number, Point[]> {
  const scale = spread(codes) || 1;
  const tsne = new TSNE({ dim: 2, perplexity, epsilon: LEARNING_RATE });
  // It looks for the width of neighbourhoods from 1 on, by doubling: codes of any size are brought to that one first.
  tsne.initDataRaw(codes.map((code) => Array.from(code, (value) => value / scale)));
  const solution: number[][] = tsne.getSolution();
  const generator = xoroshiro128plus(seed);
  const unit = Math.sqrt(variance(plane.map(([x]) => x))) || 1;
  for (const [index, point] of solution.entries()) {
    for (const axis of [0, 1] as const) {
      const noise = 2 * uniformFloat64(generator) - 1;
      point[axis] = START * ((plane[index]?.[axis] ?? 0) / unit + noise / 100);
    }
  }
  yield 0;
  for (let step = 1; step <= iterations; step++) {
    tsne.step();
    yield step;
  }
  return solution.map(([x = 0, y = 0]): Point => [x, y]);
}

/** Root of the mean squared distance from the mean code. */
function spread(codes: Codes): number {
  const columns = Array.from(codes[0] ?? [], (_, at) => codes.map((code) => code[at] ?? 0));
  return Math.sqrt(columns.reduce((sum, column) => sum + variance(column), 0));
}
