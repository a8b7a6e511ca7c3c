import { type Html, type HtmlValue, html } from '../../page/html';

interface TableOptions {
  readonly caption: string;
  /** The first names the rows; the others hold figures. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly HtmlValue[])[];
}

/** A table of figures that scrolls inside itself on narrow screens. */
export function table({ caption, columns, rows }: TableOptions): Html {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${columns.map((name, i) => html`<th scope="col"${i > 0 && html` class="number"`}>${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, i) =>
        i === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="number">${cell}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`;
}
