import { CommandError } from './command-error';
import { InstallProblem } from './problem';
import { findPython } from './python';
import { runCommand } from './run-command';

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
    throw new InstallProblem(
      code,
      `${program} is needed to ${code === 'make-missing' ? 'compile' : 'install'} the addon and does not run`,
      `install ${remedy}`,
      { cause: error },
    );
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
