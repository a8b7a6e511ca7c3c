import { once } from 'node:events';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import ts from 'typescript';
import { checkInterrupted } from './command.mjs';

/** One thread compiles for all projects: it is warm from the second on, and has read the language's declarations. */
let compiler;
let last = Promise.resolve();

/**
 * Compiles as `tsc -p` does, and finds errors in files of the project and in declarations of ours. Those of others
 * (TensorFlow.js has errors in some) are read and not checked, which would take longer than all the rest.
 *
 * @param folder of the project.
 * @param configs names of configuration files there.
 * @returns {Promise<string[]>} one item for each error.
 */
export function compilingErrors(folder, configs) {
  compiler ??= new Worker(new URL(import.meta.url));
  const errors = last.then(async () => {
    checkInterrupted();
    compiler.ref();
    try {
      compiler.postMessage({ folder, configs });
      // An error of the worker is thrown here too.
      const [found] = await once(compiler, 'message');
      return found;
    } finally {
      compiler.unref();
    }
  });
  last = errors.catch(() => {});
  return errors;
}

const isForeign = ({ fileName }) => /\/node_modules\/(?!@utad\/)/.test(fileName);

/** What all projects read: declarations of the language and of Node, from outside them. */
const shared = new Map();

function hostFor(folder, options) {
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  const getShared = (path, ...rest) => {
    if (path.startsWith(`${folder}/`)) return getSourceFile(path, ...rest);
    if (!shared.has(path)) shared.set(path, getSourceFile(path, ...rest));
    return shared.get(path);
  };
  return Object.assign(host, { getSourceFile: getShared, getCurrentDirectory: () => folder });
}

function errorsOf(folder, config) {
  const format = {
    getCanonicalFileName: (path) => path,
    getCurrentDirectory: () => folder,
    getNewLine: () => '\n',
  };
  const textOf = (error) => `${config}: ${ts.formatDiagnostic(error, format).trim()}`;
  const onUnRecoverableConfigFileDiagnostic = (error) => {
    throw new Error(textOf(error));
  };
  const { options, fileNames, errors } = ts.getParsedCommandLineOfConfigFile(
    join(folder, config),
    undefined,
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic },
  );
  const program = ts.createProgram({ rootNames: fileNames, options, host: hostFor(folder, options) });
  const checked = program.getSourceFiles().filter((file) => !isForeign(file));
  // File by file: to emit all at once checks all.
  const emitted = options.noEmit ? [] : checked.filter((file) => !file.isDeclarationFile);
  const found = [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...checked.flatMap((file) => program.getSyntacticDiagnostics(file)),
    ...checked.flatMap((file) => program.getSemanticDiagnostics(file)),
    ...program.getGlobalDiagnostics(),
    ...emitted.flatMap((file) => program.emit(file).diagnostics),
  ];
  return ts.sortAndDeduplicateDiagnostics(found).map(textOf);
}

if (!isMainThread) {
  parentPort.on('message', ({ folder, configs }) => {
    parentPort.postMessage(configs.flatMap((config) => errorsOf(folder, config)));
  });
}
