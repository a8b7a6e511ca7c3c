import type { EvaluatedImage } from '@utad/detector';
import type { Neighbour } from '@utad/latent';
import type { GalleryBuilder } from '@utad/report';
import type { ImageRecord } from '@utad/training';
import type { TrainingCodes } from './training-codes';

/** Names each image's nearest training images in the gallery, and reads the pictures of those that are named. */
export async function showNeighbours(
  gallery: GalleryBuilder,
  items: readonly EvaluatedImage[],
  neighbours: readonly (readonly Neighbour[])[],
  { images, ids }: TrainingCodes,
): Promise<void> {
  const named = new Set<number>();
  for (const [at, { id }] of items.entries()) {
    const nearest = neighbours[at] ?? [];
    gallery.setNeighbours(
      id,
      nearest.map(({ index, distance }) => ({ id: ids[index] ?? '', distance })),
    );
    for (const { index } of nearest) named.add(index);
  }
  const order = [...named].sort((a, b) => a - b);
  for await (const record of images.records(order)) {
    await gallery.setTrainingPicture(record.id, record.size, colours(record));
  }
}

/** RGB; grey is repeated. */
function colours({ image, channels }: ImageRecord): Uint8Array {
  return channels === 3
    ? image
    : Uint8Array.from({ length: image.length * 3 }, (_, at) => image[Math.floor(at / 3)] ?? 0);
}
