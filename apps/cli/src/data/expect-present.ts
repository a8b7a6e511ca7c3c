import { EXIT, exitCodeOf } from '../exit-code';
import { type OpenDataOptions, openData } from './open-data';
import type { DataSource } from './source';

/**
 * Looks at one image of a data set, so that a folder or category that does not exist shows at once, and not after a
 * backend was started and a detector made.
 *
 * @throws What {@link openData} throws for what the user named wrongly; an image that is damaged is left to the reading.
 */
export async function expectPresent(
  source: DataSource,
  options: Pick<OpenDataOptions, 'split' | 'seed' | 'splits' | 'output' | 'signal'>,
): Promise<void> {
  try {
    await openData(source, { ...options, size: [64, 64], limit: 1, skipBad: false, quiet: true });
  } catch (error) {
    if (exitCodeOf(error) === EXIT.usage) throw error;
  }
}
