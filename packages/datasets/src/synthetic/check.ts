import { DatasetError } from '../errors';
import type { Range } from './kinds';

/** Throws `invalid-option` unless a rule holds. */
export type Check = (rule: boolean, expected: string, received: unknown) => void;

/** Rules whose refusals begin with the name of the function that has the options. */
export const checkFor =
  (name: string): Check =>
  (rule, expected, received) => {
    if (!rule) {
      throw new DatasetError('invalid-option', `${name}: expected ${expected}, received ${String(received)}`);
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
