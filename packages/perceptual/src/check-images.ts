import type { Images } from '@utad/layers';

/**
 * Checks images where they come in, which networks and scorers do not: `[B, H, W, 3]`, float32, every value in [0, 1].
 * Reads them back from the backend, so call it on input and not in a training loop.
 *
 * @param name what the message calls them. Default `images`.
 * @throws RangeError with what was expected and what was seen.
 *
 * @example
 * await checkImages(photo); // throws: images: expected values in [0, 1], seen 0 to 255
 */
export async function checkImages(images: Images, name = 'images'): Promise<void> {
  const { shape, dtype } = images;
  if (shape.length !== 4 || shape[3] !== 3 || dtype !== 'float32') {
    throw new RangeError(`${name}: expected [B, H, W, 3] of float32, received [${shape}] of ${dtype}`);
  }
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of await images.data()) {
    // These stay NaN once they are.
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low >= 0 && high <= 1) return;
  throw new RangeError(`${name}: expected values in [0, 1], seen ${low} to ${high}`);
}
