import { mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type NativePackage, TFJS_VERSION } from '../native-layout';
import { CommandError } from './command-error';
import { InstallProblem } from './problem';
import { runCommand } from './run-command';

/** What npm says of a registry that it cannot reach, or that refuses it. */
const REFUSED =
  /\b(?:ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|E[45]\d\d|ERR_SOCKET_TIMEOUT|ENOTCACHED|CERT_\w+|SELF_SIGNED_CERT\w*|UNABLE_TO_\w+)\b/;

/** What it says of its own cache; a folder that cannot be made on a read-only disk is told as one that is not there. */
const UNWRITABLE = /\b(?:EROFS|EACCES|EPERM|ENOTDIR)\b|\bENOENT\b.*\bmkdir\b/;

/**
 * Installs the addon package and what it needs into a folder with npm, none of their scripts run.
 * @throws InstallProblem
 */
export async function installAddonPackage(
  folder: string,
  name: NativePackage,
  signal?: AbortSignal,
): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "name": "utad-native", "private": true }\n');
  // When npm itself runs this process it hands down which project it works on, and the inner npm would believe it.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) => !/^npm_config_(local_prefix|prefix|global_prefix)$/i.test(key),
    ),
  );
  const wanted = `${name}@${TFJS_VERSION}`;
  const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
  const install = (...more: string[]) =>
    runCommand('npm', [...args, '--no-package-lock', '--loglevel=error', ...more, wanted], {
      cwd: folder,
      env,
      signal,
    });
  try {
    await install().catch(async (error: unknown) => {
      if (!(error instanceof CommandError) || !UNWRITABLE.test(error.output)) throw error;
      // npm's own cache lies in the home folder, which need not be writable: it has one here then.
      const cache = await mkdtemp(join(dirname(folder), 'npm-'));
      await install('--cache', cache);
    });
  } catch (error) {
    if (!(error instanceof CommandError) || !REFUSED.test(error.output)) throw error;
    throw new InstallProblem(
      'registry-unreachable',
      `npm did not get ${wanted} (${error.message})`,
      'look at the network, and at the registry that npm is set up with (`npm config get registry`)',
      { cause: error },
    );
  }
}
