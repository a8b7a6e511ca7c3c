/** The command line or the configuration is wrong, or names what does not exist. Nothing was written. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command did what it could, and some of its inputs failed. The result was printed. */
export class PartlyFailedError extends Error {
  override readonly name = 'PartlyFailedError';
}

/** The command did all that it was asked to, found anomalies, and was asked to fail then. The result was printed. */
export class AnomaliesFoundError extends Error {
  override readonly name = 'AnomaliesFoundError';
}

/** The user, or the system, asked the program to stop. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** An error of the pipeline as one of these, with options by the names that they have here; any other as it is. */
export function inOwnWords(error: unknown): unknown {
  // Told by name: only some commands load the package that it comes from.
  if (error instanceof Error && error.name === 'DatasetError') error.message = withFlags(error.message);
  if (!(error instanceof Error && error.name === 'PipelineError')) return error;
  const Own = OWN[String(Reflect.get(error, 'code'))] ?? UsageError;
  return new Own(withFlags(error.message), { cause: error });
}

const OWN: Readonly<Record<string, typeof UsageError | typeof PartlyFailedError | typeof InterruptedError>> =
  { usage: UsageError, partial: PartlyFailedError, interrupted: InterruptedError };

/** What the environment says, by the names of options that it sets. */
const VARIABLES: Readonly<Record<string, string>> = {
  'fallbackAssets.vgg19': 'UTAD_VGG19',
  offline: 'UTAD_OFFLINE=1',
};

/** A sentence of the pipeline with the names of its options, which stand in backquotes, as flags. */
export function withFlags(sentence: string): string {
  return sentence.replace(/`([a-z][\w.-]*)`/gi, (_, name: string) => VARIABLES[name] ?? flagOf(name));
}

/** `--skip-bad` of `skipBad`. */
export function flagOf(option: string): string {
  const asset = /^assets\.(.*)$/.exec(option)?.[1];
  if (asset !== undefined && asset !== 'vgg19') return `--asset ${asset}`;
  return `--${(asset ?? option).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
