import { type Html, type HtmlValue, html } from './html';

/** A cell of figures: what is shown, and what it is sorted by. */
export interface FiguresCell {
  readonly content: HtmlValue;
  readonly value?: number | null | undefined;
}

/** A figure as text, sorted by its value. */
export function figureCell<T extends number | null>(value: T, format: (value: T) => string): FiguresCell {
  return { content: format(value), value };
}

/** A row, with the category that a filter of the page knows it by. */
export interface FiguresRow {
  readonly cells: readonly (FiguresCell | string)[];
  readonly category?: string;
}

interface FiguresTable {
  readonly caption: HtmlValue;
  /** In words alone, for screen readers. */
  readonly label: string;
  /** The first `texts` of them name the rows; the others hold figures. */
  readonly columns: readonly string[];
  /** Default 1. */
  readonly texts?: number;
  readonly rows: readonly FiguresRow[];
  /** Below the rows, and never sorted. */
  readonly footer?: readonly FiguresRow[];
  /** Whether the page's script lets the reader sort it. Default true. */
  readonly sortable?: boolean;
}

/** A table that scrolls inside itself on narrow screens. */
export function figuresTable(options: FiguresTable): Html {
  const { caption, label, columns, texts = 1, rows, footer = [], sortable = true } = options;
  const row = ({ cells, category }: FiguresRow) =>
    html`<tr${category !== undefined && html` data-category="${category}"`}>${cells.map((cell, i) => {
      const { content, value } = typeof cell === 'string' ? { content: cell, value: undefined } : cell;
      const sorted = typeof value === 'number' && html` data-value="${value}"`;
      if (i === 0) return html`<th scope="row"${sorted}>${content}</th>`;
      return html`<td${i >= texts && html` class="number"`}${sorted}>${content}</td>`;
    })}</tr>`;
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table${sortable && html` class="sortable"`}><caption>${caption}</caption>
<thead><tr>${columns.map((name, i) => html`<th scope="col"${i >= texts && html` class="number"`}>${name}</th>`)}</tr></thead>
<tbody>${rows.map(row)}</tbody>${footer.length > 0 && html`<tfoot>${footer.map(row)}</tfoot>`}</table></div>`;
}

/** A column of a table: its head, and what it shows of a row; `false` for one that is left out. */
type Column<Row, Shown> = readonly [head: string, shown: (row: Row) => Shown] | false;

/** Heads and cells of a table whose columns are described one by one. */
export function byColumns<Row, Shown>(columns: readonly Column<Row, Shown>[], rows: readonly Row[]) {
  const present = columns.filter((column) => column !== false);
  return {
    columns: present.map(([head]) => head),
    rows: rows.map((row) => ({ cells: present.map(([, shown]) => shown(row)) })),
  };
}

/** A table of one line of text a cell, the first naming its row. */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row, HtmlValue>[],
  rows: readonly Row[],
): Html {
  const shown = columns.map(
    (column) => column && ([column[0], (row: Row) => ({ content: column[1](row) })] as const),
  );
  return figuresTable({ caption, label: caption, sortable: false, ...byColumns(shown, rows) });
}

/** Something long that the reader unfolds; open from the beginning where it is short. */
export function folded(summary: HtmlValue, content: HtmlValue, { open }: { readonly open: boolean }): Html {
  return html`<details class="folded"${open && html` open`}><summary>${summary}</summary>${content}</details>`;
}
