import {
  InstallError,
  type InstallEvent,
  installNative,
  listBackends,
  nativeSpace,
  removeNative,
} from '@utad/runtime/node';
import type { Context } from './context';
import { formatSeconds } from './terminal/format';

/** What happens in each phase, for people. */
const PHASES: Readonly<Record<InstallEvent['phase'], string>> = {
  tools: 'looking for Python, make and a C++ compiler',
  space: 'looking for room on the disk',
  wait: 'waiting for another installation',
  headers: "looking for Node's headers",
  download: 'downloading',
  verify: 'comparing the SHA-256 of',
  package: 'installing the addon package',
  extract: 'unpacking',
  compile: 'compiling the addon',
  check: 'computing with it',
  place: 'moving it into place',
};

/** Seconds. NVIDIA's wheels alone are a dozen, and most of what is done with each takes no time. */
const WORTH_A_LINE = 0.05;

interface InstallOptions {
  readonly force?: boolean;
  readonly gpu?: boolean;
}

/** `utad backend install` */
export async function backendInstall(
  { force = false, gpu = false }: InstallOptions,
  { output, signal }: Context,
): Promise<void> {
  const onEvent = (event: InstallEvent) => {
    if (event.phase === 'space' && event.status === 'start') output.note(announcement(gpu));
    const what = event.item === undefined ? PHASES[event.phase] : `${PHASES[event.phase]} ${event.item}`;
    if (event.status === 'done') {
      if (event.seconds >= WORTH_A_LINE) output.note(`${what}: ${formatSeconds(event.seconds)}`);
    } else output.status(`${what} ${amount(event)}`);
  };
  try {
    const install = await installNative({ force, gpu, onEvent, signal });
    const how = install.reused ? 'was there already' : `installed in ${formatSeconds(install.seconds)}`;
    const name = gpu ? 'TensorFlow with CUDA' : 'TensorFlow';
    output.result(install, `${name} ${install.tensorflow} ${how}: ${install.folder}`);
  } catch (error) {
    if (!(error instanceof InstallError)) throw error;
    throw new InstallFailedError(error, await instead());
  }
}

/** What is about to happen to the disk, before anything is downloaded. */
function announcement(gpu: boolean): string {
  const { peakBytes, finalBytes } = nativeSpace({ gpu });
  const room = `${gigabytes(peakBytes)} GB of free space needed, ${gigabytes(finalBytes)} GB kept`;
  return gpu ? `about ${room}; ${UNTESTED}` : room;
}

const UNTESTED = 'installing for a GPU was tested with stand-ins for its libraries, not on a GPU';

/** One line with what works all the same. */
class InstallFailedError extends Error {
  override readonly name = 'InstallError';
  readonly code: string;

  constructor(error: InstallError, backend: string | undefined) {
    super(backend === undefined ? error.message : `${error.message} (until then utad uses ${backend})`, {
      cause: error,
    });
    this.code = error.code;
  }
}

/** The best backend that there is without the one that could not be installed. */
async function instead(): Promise<string | undefined> {
  return (await listBackends()).find(({ available }) => available)?.name;
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

function amount({ bytes, totalBytes, seconds }: InstallEvent): string {
  if (bytes === undefined) return `${formatSeconds(seconds)}`;
  const megabytes = (count: number) => Math.round(count / 1e6);
  const total = totalBytes === undefined ? '' : ` of ${megabytes(totalBytes)}`;
  return `${megabytes(bytes)}${total} MB`;
}

/** `utad backend list` */
export async function backendList({ output }: Context): Promise<void> {
  const backends = await listBackends();
  const chosen = backends.find(({ available }) => available)?.name ?? null;
  const lines = backends.map(({ name, available, reason }) => {
    const mark = name === chosen ? '*' : available ? '+' : '-';
    return `${mark} ${name.padEnd(14)} ${reason}`;
  });
  output.result({ backends, chosen }, [...lines, '', '* chosen  + can be used  - cannot'].join('\n'));
}

/** `utad backend remove` */
export async function backendRemove(
  { gpu = false }: { gpu?: boolean },
  { output, signal }: Context,
): Promise<void> {
  const removal = await removeNative({ gpu, signal });
  const freed = `${Math.round(removal.bytes / 1e6)} MB freed`;
  const { removed } = removal;
  if (removed.length > 0) output.result(removal, `removed ${removed.join(', ')}: ${freed}`);
  else if (removal.bytes > 0)
    output.result(removal, `removed what an interrupted installation left: ${freed}`);
  else output.result(removal, 'nothing was there to remove');
}
