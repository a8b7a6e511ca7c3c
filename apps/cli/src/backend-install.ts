import { type InstallEvent, installNative } from '@utad/runtime/node';
import type { Context } from './context';
import { formatSeconds } from './terminal/format';

/** What happens in each phase, for people. */
const PHASES: Readonly<Record<InstallEvent['phase'], string>> = {
  tools: 'looking for Python, make and a C++ compiler',
  wait: 'waiting for another installation',
  download: 'downloading TensorFlow',
  verify: 'comparing its SHA-256',
  package: 'installing tfjs-node',
  extract: 'unpacking the library',
  compile: 'compiling the addon',
  check: 'computing with it',
  place: 'moving it into place',
};

/** `utad backend install` */
export async function backendInstall(
  { force = false }: { force?: boolean },
  { output, signal }: Context,
): Promise<void> {
  const onEvent = (event: InstallEvent) => {
    if (event.status === 'done') output.note(`${PHASES[event.phase]}: ${formatSeconds(event.seconds)}`);
    else output.status(`${PHASES[event.phase]} ${amount(event)}`);
  };
  const install = await installNative({ force, onEvent, signal });
  const how = install.reused ? 'was there already' : `installed in ${formatSeconds(install.seconds)}`;
  output.result(install, `TensorFlow ${install.tensorflow} ${how}: ${install.folder}`);
}

function amount({ bytes, totalBytes, seconds }: InstallEvent): string {
  if (bytes === undefined) return `${formatSeconds(seconds)}`;
  const megabytes = (count: number) => Math.round(count / 1e6);
  const total = totalBytes === undefined ? '' : ` of ${megabytes(totalBytes)}`;
  return `${megabytes(bytes)}${total} MB`;
}
