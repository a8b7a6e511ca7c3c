import type { AnomalyDetector } from '@utad/detector';
import type { Images } from '@utad/training';

export type Embed = NonNullable<AnomalyDetector['embed']>;

/** The latent code of each image of a batch. */
export async function codesOf(images: Images, embed: Embed): Promise<Float32Array[]> {
  const codes = embed(images);
  try {
    const [count, length] = codes.shape;
    const values = await codes.data<'float32'>();
    return Array.from({ length: count }, (_, index) => values.slice(index * length, (index + 1) * length));
  } finally {
    codes.dispose();
  }
}
