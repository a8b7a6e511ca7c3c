import { fileURLToPath } from 'node:url';
import { vgg19 } from '../backbones/vgg19';
import type { BackboneWeights } from '../weights';
import { readWeights } from './read-weights';

/**
 * The weights that come with this package: a narrower VGG-19 up to conv3_4, trained by this project on no data of
 * ImageNet, in half precision. Nothing is downloaded. In a browser, fetch `@utad/features/weights/utad-vgg19.safetensors`
 * as an asset with `fetchWeights`.
 *
 * @throws WeightsError `unreadable` where the file is not beside the code: a bundler that moved the code left it behind.
 *
 * @example
 * const features = new TfjsBackbone(await bundledVgg19Weights());
 */
export function bundledVgg19Weights(): Promise<BackboneWeights> {
  return readBundled(import.meta.url);
}

/** @param module URL of a module in a folder of dist, or of src: either lies two below the package's own. */
export function readBundled(module: string): Promise<BackboneWeights> {
  return readWeights(vgg19, fileURLToPath(new URL('../../weights/utad-vgg19.safetensors', module)));
}
