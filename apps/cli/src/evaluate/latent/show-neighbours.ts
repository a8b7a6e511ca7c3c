import type { ImageRecord } from '@utad/core';
import type { EvaluatedImage } from '@utad/detector';
import type { Neighbour } from '@utad/latent';
import type { GalleryBuilder } from '@utad/report';
import type { TrainingCodes } from './training-codes';

/**
 * Names the nearest training images of each image that the gallery shows, and reads the pictures of those that are named.
 *
 * @throws the signal's reason
 */
export async function showNeighbours(
  gallery: GalleryBuilder,
  items: readonly EvaluatedImage[],
  neighbours: readonly (readonly Neighbour[])[],
  { images, ids }: TrainingCodes,
  signal?: AbortSignal,
): Promise<void> {
  const named = new Set<number>();
  for (const [at, { id }] of items.entries()) {
    if (!gallery.has(id)) continue;
    const nearest = neighbours[at] ?? [];
    gallery.setNeighbours(
      id,
      nearest.map(({ index, distance }) => ({ id: ids[index] ?? '', distance })),
    );
    for (const { index } of nearest) named.add(index);
  }
  const order = [...named].sort((a, b) => a - b);
  for await (const record of images.records(order)) {
    signal?.throwIfAborted();
    await gallery.setTrainingPicture(record.id, record.size, colours(record));
  }
}

/** RGB; grey is repeated. */
function colours({ image, channels }: ImageRecord): Uint8Array {
  return channels === 3
    ? image
    : Uint8Array.from({ length: image.length * 3 }, (_, at) => image[Math.floor(at / 3)] ?? 0);
}
