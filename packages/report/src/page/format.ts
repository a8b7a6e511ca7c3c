const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Three significant digits: `0.0213`, `1,240`, `3.1 × 10⁻⁶`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : 'infinite';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) {
    const [digits = '', exponent = ''] = value.toExponential(2).split('e');
    const raised = exponent.replace(/\d/g, (digit) => superscripts[Number(digit)] ?? '');
    return `${signed(digits)} × 10${raised.replace('+', '').replace('-', '⁻')}`;
  }
  return signed(value.toLocaleString('en-GB', { maximumSignificantDigits: 3, minimumSignificantDigits: 3 }));
}

/** A metric in [0, 1] with three decimals, or a dash where it is not defined. */
export function formatMetric(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : signed(value.toFixed(3));
}

/** A share in [0, 1] as `93.1`, in hundredths. */
export function formatHundredths(share: number): string {
  return (share * 100).toFixed(1).replace('.0', '');
}

/** `1 image`, `2 images`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number.toLocaleString('en-GB')} ${number === 1 ? singular : plural}`;
}

function signed(digits: string): string {
  return digits.replace('-', '−');
}
