import { DatasetError, type DatasetErrorCode } from '@utad/datasets';
import { expect, it } from 'vitest';
import { inTempFolder } from './temp-folder';

/** Something wrong on disk, and what is said of it. */
export type Bad = [
  what: string,
  spoil: (root: string) => Promise<void>,
  open: (root: string) => Promise<unknown>,
  code: DatasetErrorCode,
  message: RegExp,
];

/** A test for each: opening fails with an error of its own kind, on one line. */
export const refuses = (cases: readonly Bad[], prepare: (root: string) => Promise<void>) =>
  it.each(cases)('are refused on one line for %s', (_, spoil, open, code, message) =>
    inTempFolder(async (root) => {
      await prepare(root);
      await spoil(root);
      const error = await open(root).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(DatasetError);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      expect(String(error)).not.toContain('\n');
    }),
  );
