import type { Images } from './extractor';
import { PerceptualReference } from './perceptual-reference';

/** @throws RangeError when layer or channel weights do not fit the layers. */
export function checkOptions(
  layers: readonly string[],
  layerWeights: readonly number[],
  channelWeights: readonly (readonly number[] | Float32Array)[] | undefined,
): void {
  const unfit = (option: string, received: string) =>
    new RangeError(
      `PerceptualScorer: expected ${option} of at least 0 for ${layers.join(', ')}, received ${received}`,
    );
  if (!areWeights(layerWeights) || layerWeights.length !== layers.length)
    throw unfit('layerWeights', `[${layerWeights}]`);
  if (channelWeights === undefined) return;
  const wrong = channelWeights.find((weights) => !areWeights(weights));
  if (wrong !== undefined) throw unfit('channelWeights', `[${wrong.slice(0, 8)}]`);
  if (channelWeights.length !== layers.length)
    throw unfit('channelWeights', `those of ${channelWeights.length} layers`);
}

function areWeights(weights: readonly number[] | Float32Array): boolean {
  return weights.every((weight) => Number.isFinite(weight) && weight >= 0);
}

/** @throws RangeError when there is not one weight for each channel. */
export function checkChannels(
  layer: string,
  weights: readonly number[] | Float32Array | undefined,
  channels: number,
): void {
  if (weights === undefined || weights.length === channels) return;
  throw new RangeError(
    `PerceptualScorer: expected ${channels} channelWeights for ${layer}, received ${weights.length}`,
  );
}

/** @throws RangeError when its features are not those that the scorer would have found. */
export function checkReference(
  reference: PerceptualReference,
  scorer: Pick<PerceptualReference, 'extractor' | 'normalize'>,
): void {
  const same = reference.extractor === scorer.extractor;
  if (same && reference.normalize === scorer.normalize) return;
  throw new RangeError(
    `PerceptualScorer: expected a reference of its extractor and normalize: ${scorer.normalize}, received one of ${same ? `normalize: ${reference.normalize}` : 'another extractor'}`,
  );
}

/**
 * The shape that all share; references of one image fit any batch.
 *
 * @throws RangeError when there is none.
 */
export function commonShape(
  method: string,
  images: Record<string, Images | PerceptualReference | undefined>,
): [batch: number, height: number, width: number] {
  const entries = Object.entries(images);
  const batches = entries.map(([, image]) => image?.shape[0] ?? 0);
  const largest = Math.max(...batches);
  const [, height = 0, width = 0] = entries[0]?.[1]?.shape ?? [];
  const same = entries.every(([, image], i) => {
    const single = image instanceof PerceptualReference && batches[i] === 1;
    return String(image?.shape) === String([single ? 1 : largest, height, width, 3]);
  });
  if (same) return [largest, height, width];
  const received = entries.map(([name, image]) => `${name} [${image?.shape}]`).join(', ');
  throw new RangeError(
    `PerceptualScorer.${method}: expected images of one shape [B, H, W, 3], received ${received}`,
  );
}
