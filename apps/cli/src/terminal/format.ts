/** `45 s`, `2 min 5 s`, `1 h 3 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Three significant digits without needless zeros. */
export function formatNumber(value: number): string {
  return formatDigits(value, 3);
}

/** So many significant digits without needless zeros. */
export function formatDigits(value: number, digits: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : String(value);
}

/** All that a number of 32 bits has. */
const MOST_DIGITS = 9;

/** As few significant digits, three at least, as leave none of the values rounded to where a threshold is that it differs from. */
export function digitsBeside(threshold: number, values: readonly number[]): number {
  let digits = 3;
  const meets = (value: number) =>
    value !== threshold && value.toPrecision(digits) === threshold.toPrecision(digits);
  while (digits < MOST_DIGITS && values.some(meets)) digits++;
  return digits;
}

/** `1 epoch`, `3 epochs`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A metric in [0, 1], or a dash where it is not defined. */
export function formatMetric(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : value.toFixed(3);
}

/** `total 1.2, kl 5.1`: the sum first. */
export function formatLosses(losses: Readonly<Record<string, number>>): string {
  const { total, ...terms } = losses;
  const entries = Object.entries(terms);
  const shown = total === undefined ? entries : [['total', total] as const, ...entries];
  return shown.map(([name, value]) => `${name} ${formatNumber(value)}`).join(', ');
}

/** Rows with their columns under each other: the first to the left, the others to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const padding = ' '.repeat((widths[column] ?? 0) - widthOf(cell));
          return column === 0 ? cell + padding : padding + cell;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, the values under each other. */
export function formatFacts(facts: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}

/** Columns on a terminal; the circumflex of m̂ is a character that takes none. */
function widthOf(text: string): number {
  return [...text.replace(/\p{M}/gu, '')].length;
}
