import { type Html, type HtmlValue, html } from '../page/html';

/** A cell of figures: what is shown, and what it is sorted by. */
export interface FiguresCell {
  readonly content: HtmlValue;
  readonly value?: number | null | undefined;
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
}

/** A table that scrolls inside itself on narrow screens, and that the page's script lets the reader sort. */
export function figuresTable({ caption, label, columns, texts = 1, rows, footer = [] }: FiguresTable): Html {
  const row = ({ cells, category }: FiguresRow) =>
    html`<tr${category !== undefined && html` data-category="${category}"`}>${cells.map((cell, i) => {
      const { content, value } = typeof cell === 'string' ? { content: cell, value: undefined } : cell;
      const sorted = typeof value === 'number' && html` data-value="${value}"`;
      if (i === 0) return html`<th scope="row"${sorted}>${content}</th>`;
      return html`<td${i >= texts && html` class="number"`}${sorted}>${content}</td>`;
    })}</tr>`;
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="sortable"><caption>${caption}</caption>
<thead><tr>${columns.map((name, i) => html`<th scope="col"${i >= texts && html` class="number"`}>${name}</th>`)}</tr></thead>
<tbody>${rows.map(row)}</tbody>${footer.length > 0 && html`<tfoot>${footer.map(row)}</tfoot>`}</table></div>`;
}
