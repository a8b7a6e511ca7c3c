import type { Range } from './products';

/** Throws `invalid-option` unless a rule holds. */
type Check = (rule: boolean, expected: string, received: unknown) => void;

/** Rules whose refusals begin with the name of the function that has the options. */
export const checkFor =
  (name: string): Check =>
  (rule, expected, received) => {
    if (!rule) {
      const message = `${name}: expected ${expected}, received ${String(received)}`;
      throw new SyntheticError('invalid-option', message);
    }
  };

export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** A number as the range of it alone. */
export const rangeOf = (asked: number | Range | undefined): Range | undefined =>
  typeof asked === 'number' ? [asked, asked] : asked;

/** What may be asked of a defect. */
interface Faults {
  readonly severity: number;
  readonly defectSize: Range | undefined;
  readonly contrast: Range | undefined;
}

const SIZES: Range = [0.002, 0.2];
const CONTRASTS: Range = [0.02, 0.6];

/** Checks what is asked of defects, whatever they are drawn on; photographs show smaller ones. */
export function checkFaults(
  check: Check,
  { severity, defectSize, contrast }: Faults,
  leastSize = SIZES[0],
): void {
  check(severity >= 0 && severity <= 1, 'severity from 0 to 1', severity);
  checkRange(check, 'defectSize', defectSize, [leastSize, SIZES[1]]);
  checkRange(check, 'contrast', contrast, CONTRASTS);
}

function checkRange(check: Check, name: string, range: Range | undefined, [lowest, highest]: Range): void {
  if (range === undefined) return;
  const [least, most] = range;
  const expected = `${name} to be a number or a rising range from ${lowest} to ${highest}`;
  check(least >= lowest && least <= most && most <= highest, expected, range.join(' to '));
}

/** The known ways in which drawing fails; see {@link SyntheticError}. */
export type SyntheticErrorCode =
  /** An output folder is in the way. */
  | 'exists'
  /** No defect of the size and contrast that were asked for could be drawn. */
  | 'not-drawable'
  /** An option or an index is out of its range. */
  | 'invalid-option';

/** Images cannot be drawn or written. One line; `code` says which of the known ways it failed. */
export class SyntheticError extends Error {
  override readonly name = 'SyntheticError';

  constructor(
    /** Which of the known ways, for code to branch on. */
    readonly code: SyntheticErrorCode,
    message: string,
  ) {
    super(message);
  }
}
