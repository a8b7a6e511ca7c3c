import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TFJS_VERSION } from '../native-layout';
import { runCommand } from './run-command';

/** Installs tfjs-node and what it needs into a folder with npm, none of their scripts run. */
export async function installAddonPackage(folder: string, signal?: AbortSignal): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "name": "utad-native", "private": true }\n');
  // When npm itself runs this process it hands down which project it works on, and the inner npm would believe it.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_config_(local_prefix|prefix|global_prefix)$/i.test(name),
    ),
  );
  await runCommand(
    'npm',
    [
      'install',
      '--prefix',
      folder,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
      '--loglevel=error',
      `@tensorflow/tfjs-node@${TFJS_VERSION}`,
    ],
    { cwd: folder, env, signal },
  );
}
