import { stringify } from 'csv-stringify/sync';

/** What a cell holds; null is an empty one. */
export type Cell = string | number | boolean | null;

/**
 * A table as RFC 4180 has it, in UTF-8 with a header. Numbers are written with all their digits. A text that a spreadsheet
 * would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a carriage return) gets an apostrophe before it.
 *
 * @param header Default true; false for rows that come behind others.
 */
export function toCsv<Column extends string>(
  columns: readonly Column[],
  rows: readonly Readonly<Record<Column, Cell>>[],
  { header = true }: { readonly header?: boolean } = {},
): string {
  const cells = rows.map((row) => columns.map((column) => row[column]));
  return stringify(header ? [columns, ...cells] : cells, {
    record_delimiter: 'windows',
    // A lone line feed or carriage return ends a line for some readers.
    quoted_match: /[\r\n]/,
    escape_formulas: true,
    cast: {
      boolean: String,
      // The minus of a number begins no formula.
      number: (value) => ({ value: String(value), escape_formulas: false }),
    },
  });
}
