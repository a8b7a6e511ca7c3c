import { join } from 'node:path';
import { userCacheFolder } from '@utad/runtime/node';

/** Where VGG-19's weights are kept for this user. */
export function weightsFolder(): string {
  return join(userCacheFolder(), 'vgg19');
}
