import { fileURLToPath } from 'node:url';
import type { Vgg19Weights } from '../weights';
import { readVgg19Weights } from './read-vgg19-weights';

/**
 * The weights that come with this package: a narrower VGG-19 up to conv3_4, trained by this project on no data of
 * ImageNet, in half precision. Nothing is downloaded. In a browser, fetch `@utad/perceptual/weights/utad-vgg19.safetensors`
 * as an asset with `fetchVgg19Weights`.
 *
 * @throws WeightsError `unreadable` where the file is not beside the code: a bundler that moved the code left it behind.
 *
 * @example
 * const scorer = new PerceptualScorer(new Vgg19(await bundledVgg19Weights()));
 */
export function bundledVgg19Weights(): Promise<Vgg19Weights> {
  return readBundled(import.meta.url);
}

/** @param module URL of a module in a folder of dist, or of src: either lies two below the package's own. */
export function readBundled(module: string): Promise<Vgg19Weights> {
  return readVgg19Weights(fileURLToPath(new URL('../../weights/utad-vgg19.safetensors', module)));
}
