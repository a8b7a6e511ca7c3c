import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Where pip looks for a user's configuration on Linux, below the home folder. */
const PLACES = [join('.config', 'pip', 'pip.conf'), join('.pip', 'pip.conf')];

/**
 * What to add to pip's environment so that it finds the index it is set up with.
 *
 * pip reads the user's configuration from HOME. Where that was moved (a service, a container, a sandbox) and nothing is
 * set up there, the account's own configuration still says where packages come from.
 */
export function pipConfiguration(
  home = homedir(),
  accountHome = userInfo().homedir,
  environment: NodeJS.ProcessEnv = process.env,
): { PIP_CONFIG_FILE?: string } {
  if (home === accountHome || environment.PIP_CONFIG_FILE !== undefined) return {};
  if (PLACES.some((place) => existsSync(join(home, place)))) return {};
  const file = PLACES.map((place) => join(accountHome, place)).find((place) => existsSync(place));
  return file === undefined ? {} : { PIP_CONFIG_FILE: file };
}
