import type { ResultInterval } from '@utad/eval';

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Significant digits, three unless said otherwise: `0.0213`, `1,240`, `3.1 × 10⁻⁶`. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : 'infinite';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) {
    const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
    const raised = exponent.replace(/\d/g, (digit) => superscripts[Number(digit)] ?? '');
    return `${signed(mantissa)} × 10${raised.replace('+', '').replace('-', '⁻')}`;
  }
  return signed(formatOf(digits).format(value));
}

/** Two numbers with as many digits as tell them apart, at least three and at most seven. */
export function formatApart(one: number, other: number): [one: string, other: string] {
  for (let digits = 3; ; digits++) {
    const [a, b] = [formatNumber(one, digits), formatNumber(other, digits)];
    if (a !== b || digits === 7) return [a, b];
  }
}

/** Kept, since making one takes as long as formatting a thousand numbers. */
const formats = new Map<number, Intl.NumberFormat>();

function formatOf(digits: number): Intl.NumberFormat {
  const known = formats.get(digits);
  if (known) return known;
  const format = new Intl.NumberFormat('en-GB', {
    minimumSignificantDigits: digits,
    maximumSignificantDigits: digits,
  });
  formats.set(digits, format);
  return format;
}

/** A metric in [0, 1] with three decimals, or a dash where it is not defined. */
export function formatMetric(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : signed(value.toFixed(3));
}

/** A share in [0, 1] as `93.1`, in hundredths. */
export function formatHundredths(share: number): string {
  return (share * 100).toFixed(1).replace('.0', '');
}

/** `1,240`, for counts. */
export function formatWhole(value: number): string {
  return value.toLocaleString('en-GB');
}

/** `1 image`, `2 images`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number.toLocaleString('en-GB')} ${number === 1 ? singular : plural}`;
}

function signed(digits: string): string {
  return digits.replace('-', '−');
}

/** A difference with its sign, `+0.021`, or a dash. */
export function formatDifference(value: number | null): string {
  const text = formatMetric(value);
  return value !== null && value > 0 && text !== '0.000' ? `+${text}` : text.replace(/^−(0\.000)$/, '$1');
}

/** `0.031`, `< 0.001`, or a dash. */
export function formatPValue(value: number | null): string {
  return value !== null && value < 0.001 ? '< 0.001' : formatMetric(value);
}

/** `0.701 to 0.846`. */
export function formatInterval({ low, high }: ResultInterval): string {
  return `${formatMetric(low)} to ${formatMetric(high)}`;
}

/** `95 %`. */
export function formatConfidence({ confidence }: ResultInterval): string {
  return `${Number((confidence * 100).toFixed(1))} %`;
}
