import { DatasetError } from '../errors';

/** What the system said of a file or folder that could not be read, on one line. */
export function unreadable(path: string, error: unknown): DatasetError {
  return new DatasetError(
    'unreadable',
    `expected to read ${path}, received ${codeOf(error) ?? String(error)}`,
  );
}

/** Whether the system said that there is nothing at a path. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
