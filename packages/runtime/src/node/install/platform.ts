import { TFJS_VERSION } from '../native-layout';
import { InstallProblem } from './problem';

/** What TensorFlow's builds depend on. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** The version of the GNU C library that runs this process: `'2.36'`. Undefined with any other C library. */
  readonly glibc: string | undefined;
}

/** The oldest GNU C library that TensorFlow's wheels run on, by their name: `manylinux_2_27`. */
const OLDEST_GLIBC = [2, 27] as const;

export function thisMachine(): Machine {
  const { platform, arch } = process;
  return { platform, arch, glibc: platform === 'linux' ? glibc() : undefined };
}

function glibc(): string | undefined {
  const report: unknown = process.report.getReport();
  const header: unknown = typeof report === 'object' && report !== null && Reflect.get(report, 'header');
  const version: unknown =
    typeof header === 'object' && header !== null ? Reflect.get(header, 'glibcVersionRuntime') : undefined;
  return typeof version === 'string' ? version : undefined;
}

const OWN_COPY = `add @tensorflow/tfjs-node@${TFJS_VERSION} to your project`;

/**
 * Why native TensorFlow cannot be set up on a machine, and what holds there instead; undefined where it can.
 * TensorFlow's wheels are for Linux with the GNU C library, on x64 and arm64; those with CUDA for x64 alone.
 */
export function platformProblem(machine: Machine, cuda = false): InstallProblem | undefined {
  const { platform, arch, glibc: version } = machine;
  if (platform !== 'linux') {
    const name = { darwin: 'macOS', win32: 'Windows' }[String(platform)] ?? platform;
    return new InstallProblem(
      'platform-unsupported',
      `utad sets TensorFlow up on Linux, received ${name}`,
      cuda ? 'an NVIDIA GPU is used under Linux, and on Windows under WSL 2' : `${OWN_COPY} instead`,
    );
  }
  if (arch !== 'x64' && (arch !== 'arm64' || cuda)) {
    return new InstallProblem(
      'platform-unsupported',
      cuda
        ? `TensorFlow's CUDA build is for x64, received ${arch}`
        : `TensorFlow's builds are for x64 and arm64, received ${arch}`,
      cuda && arch === 'arm64' ? 'run `utad backend install` without --gpu' : undefined,
    );
  }
  if (version === undefined) {
    return new InstallProblem(
      'c-library-unsupported',
      'TensorFlow has no build for a C library other than glibc, such as musl of Alpine',
      'use a system with glibc: the image node:22-slim instead of node:22-alpine, say',
    );
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST_GLIBC[0] || (major === OLDEST_GLIBC[0] && minor < OLDEST_GLIBC[1])) {
    return new InstallProblem(
      'c-library-unsupported',
      `TensorFlow needs glibc ${OLDEST_GLIBC.join('.')} or later, received ${version}`,
      'use a newer system',
    );
  }
  return undefined;
}
