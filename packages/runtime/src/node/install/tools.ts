import { InstallProblem } from './problem';
import { CommandError, runCommand } from './run-command';

/** The programs that an installation calls. */
export interface Tools {
  readonly python: string;
  /** The C++ compiler, as make is to call it. */
  readonly compiler: string;
}

/**
 * Finds Python with pip, npm, make and a C++ compiler before anything is downloaded for them.
 * @throws InstallProblem that names the first one missing.
 */
export async function findTools(python: string | undefined, signal?: AbortSignal): Promise<Tools> {
  const found = await findPython(python ? [python] : ['python3', 'python'], signal);
  await needs('make', 'make-missing', 'it, on Debian and Ubuntu with `apt install make`', signal);
  const compiler = await findCompiler(signal);
  await needs('npm', 'npm-missing', 'npm, which comes with Node', signal);
  return { python: found, compiler };
}

async function needs(
  program: string,
  code: 'make-missing' | 'npm-missing',
  remedy: string,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await runCommand(program, ['--version'], { signal });
  } catch (error) {
    signal?.throwIfAborted();
    const reason = `${program} is needed to ${code === 'make-missing' ? 'compile' : 'install'} the addon and does not run`;
    throw new InstallProblem(code, reason, `install ${remedy}`, { cause: error });
  }
}

/** Headers of Node want C++17, and a compiler may be there without the standard library's headers. */
const PROGRAM = '#include <string>\n#include <string_view>\nstd::string_view text() { return "x"; }\n';

/**
 * The compiler that the user has set, or the first of the usual ones that compiles C++17.
 * @throws InstallProblem
 */
async function findCompiler(signal?: AbortSignal): Promise<string> {
  const own = process.env.CXX?.trim();
  const candidates = own ? [own] : ['g++', 'c++', 'clang++'];
  let reason: string | undefined;
  for (const compiler of candidates) {
    // A user's setting may hold options, or a cache before the compiler.
    const [program = compiler, ...options] = compiler.split(/\s+/);
    const args = [...options, '-std=c++17', '-fsyntax-only', '-x', 'c++', '-'];
    try {
      await runCommand(program, args, { input: PROGRAM, signal });
      return compiler;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof CommandError && !error.missing) reason ??= `${compiler}: ${error.message}`;
    }
  }
  throw new InstallProblem(
    'compiler-missing',
    reason === undefined
      ? `a C++ compiler is needed to compile the addon, and ${candidates.join(' or ')} does not run`
      : `a compiler of C++17 is needed to compile the addon (${reason})`,
    'install one, on Debian and Ubuntu with `apt install g++`, on Fedora with `dnf install gcc-c++`',
  );
}

/** What node-gyp's scripts are written for. */
const OLDEST_PYTHON = [3, 8] as const;
/** The first pip that knows the tags of wheels such as `manylinux_2_27`. */
const OLDEST_PIP = [20, 3] as const;

/**
 * The first of some Pythons that is recent enough and has pip.
 * @throws InstallProblem that says what the best of them lacks.
 */
async function findPython(candidates: readonly string[], signal?: AbortSignal): Promise<string> {
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
    const reason = `Python ${OLDEST_PYTHON.join('.')} or later is needed, ${python} is ${version.trim()}`;
    return new InstallProblem('python-too-old', reason, 'install a newer one');
  }
  let pip: string;
  try {
    pip = await runCommand(python, ['-m', 'pip', '--version'], { signal });
  } catch (error) {
    signal?.throwIfAborted();
    const remedy = `install it: on Debian and Ubuntu \`apt install python3-pip\`, elsewhere \`${python} -m ensurepip --user\``;
    return new InstallProblem('pip-missing', `${python} has no pip`, remedy, { cause: error });
  }
  const pipVersion = /^pip (\S+)/.exec(pip)?.[1] ?? '';
  if (older(pipVersion, OLDEST_PIP)) {
    const reason = `pip ${OLDEST_PIP.join('.')} or later is needed, that of ${python} is ${pipVersion || 'unknown'}`;
    const remedy = `\`${python} -m pip install --user --upgrade pip\``;
    return new InstallProblem('pip-too-old', reason, remedy);
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
