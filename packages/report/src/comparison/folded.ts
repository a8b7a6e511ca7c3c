import { type Html, type HtmlValue, html } from '../page/html';

/** Something long that the reader unfolds; open from the beginning where it is short. */
export function folded(summary: HtmlValue, content: HtmlValue, { open }: { readonly open: boolean }): Html {
  return html`<details class="folded"${open && html` open`}><summary>${summary}</summary>${content}</details>`;
}
