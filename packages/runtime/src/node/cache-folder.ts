import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where utad keeps what it downloads and builds for this user, by the custom of each system. */
export function userCacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === 'win32') return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'utad');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'utad');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'utad');
}
