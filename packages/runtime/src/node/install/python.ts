import { InstallProblem } from './problem';
import { runCommand } from './run-command';

/** What node-gyp's scripts are written for. */
const OLDEST_PYTHON = [3, 8] as const;
/** The first pip that knows the tags of wheels such as `manylinux_2_27`. */
const OLDEST_PIP = [20, 3] as const;

/**
 * The first of some Pythons that is recent enough and has pip.
 * @throws InstallProblem that says what the best of them lacks.
 */
export async function findPython(candidates: readonly string[], signal?: AbortSignal): Promise<string> {
  const problems: InstallProblem[] = [];
  for (const python of candidates) {
    const problem = await pythonProblem(python, signal);
    if (problem === undefined) return python;
    problems.push(problem);
  }
  // One that is there and lacks something says more than one that is not there.
  const problem = problems.find(({ code }) => code !== 'python-missing');
  throw (
    problem ??
    new InstallProblem(
      'python-missing',
      `Python 3 with pip is needed, and ${candidates.join(' or ')} does not run`,
      'install it, on Debian and Ubuntu with `apt install python3-pip`',
    )
  );
}

async function pythonProblem(python: string, signal?: AbortSignal): Promise<InstallProblem | undefined> {
  let version: string;
  try {
    version = await runCommand(python, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'], {
      signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    return new InstallProblem('python-missing', `${python} does not run`, undefined, { cause: error });
  }
  if (!/^\d+\.\d+/.test(version)) return new InstallProblem('python-missing', `${python} does not answer`);
  if (older(version, OLDEST_PYTHON)) {
    return new InstallProblem(
      'python-too-old',
      `Python ${OLDEST_PYTHON.join('.')} or later is needed, ${python} is ${version.trim()}`,
      'install a newer one',
    );
  }
  let pip: string;
  try {
    pip = await runCommand(python, ['-m', 'pip', '--version'], { signal });
  } catch (error) {
    signal?.throwIfAborted();
    return new InstallProblem(
      'pip-missing',
      `${python} has no pip`,
      `install it: on Debian and Ubuntu \`apt install python3-pip\`, elsewhere \`${python} -m ensurepip --user\``,
      { cause: error },
    );
  }
  const pipVersion = /^pip (\S+)/.exec(pip)?.[1] ?? '';
  if (older(pipVersion, OLDEST_PIP)) {
    return new InstallProblem(
      'pip-too-old',
      `pip ${OLDEST_PIP.join('.')} or later is needed, that of ${python} is ${pipVersion || 'unknown'}`,
      `\`${python} -m pip install --user --upgrade pip\``,
    );
  }
  return undefined;
}

function older(version: string, [major, minor]: readonly [number, number]): boolean {
  const [theirs = 0, next = 0] = version
    .trim()
    .split('.')
    .map((part) => Number.parseInt(part, 10) || 0);
  return theirs < major || (theirs === major && next < minor);
}
