import { channelWeightsFromSafetensors } from '../load/channel-weights';
import { WeightsError } from '../weights-error';
import { withFile } from './open-bytes';
import { unreadable } from './read-vgg19-weights';

/**
 * The channel weights of a scorer from a `.safetensors` file on the disk.
 *
 * @param layers of the extractor, in its order.
 * @throws WeightsError as {@link channelWeightsFromSafetensors}, and `unreadable` when there is no such file.
 */
export async function readChannelWeights(path: string, layers: readonly string[]): Promise<Float32Array[]> {
  try {
    return await withFile(path, (file) => channelWeightsFromSafetensors(file, layers));
  } catch (error) {
    throw error instanceof WeightsError ? error : unreadable(path, error);
  }
}
