import { type Html, html } from '../../page/html';
import type { Gallery } from './gallery';

/** Filters and orders. Hidden until the page's script, which they need, has run. */
export function controls({ images }: Gallery): Html {
  const kinds = [...new Set(images.map(({ defectType: kind }) => kind))].sort((a, b) => a.localeCompare(b));
  const verdictCount = (...verdicts: readonly string[]) =>
    images.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const kindCount = (kind: string) => images.filter((image) => image.defectType === kind).length;
  const option = (value: string, text: string, number?: number) =>
    html`<option value="${value}">${text}${number !== undefined && ` (${number.toLocaleString('en-GB')})`}</option>`;
  return html`<form id="gallery-controls" class="controls" aria-label="Choose and order the images" hidden>
<label>Call <select name="verdict">
${option('', 'all')}
${option('wrong', 'wrong', verdictCount('missed', 'false alarm'))}
${option('missed', 'missed', verdictCount('missed'))}
${option('false alarm', 'false alarm', verdictCount('false alarm'))}
${option('right', 'right', verdictCount('right'))}
</select></label>
<label>Type <select name="kind">
${option('', 'all')}
${kinds.map((kind) => option(`=${kind}`, kind, kindCount(kind)))}
</select></label>
<label>Name holds <input name="text" type="search" autocomplete="off" spellcheck="false"></label>
<label>Order <select name="order">
${option('wrong', 'wrong ones first, then score')}
${option('margin', 'most wrong first')}
${option('down', 'highest score first')}
${option('up', 'lowest score first')}
${option('name', 'name')}
</select></label>
<button type="reset">Show all</button>
</form>
<p id="gallery-count" class="count" role="status"></p>`;
}
