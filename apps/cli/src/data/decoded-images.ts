import { join } from 'node:path';
import { userCacheFolder } from '@utad/runtime/node';

/** Where decoded images are kept for this user, so that only the first run over a data set decodes them. */
export function decodedImagesFolder(): string {
  return join(userCacheFolder(), 'images');
}
