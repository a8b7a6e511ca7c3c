/** What a reader sees, roughly: no styles, no scripts, no markup, no pictures. */
export const textOf = (page: string) =>
  page
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

/** Base64 can spell anything, and the script of the page is no text of the data. */
export const withoutPictures = (page: string) =>
  page.replace(/base64,[^"]*/g, '').replace(/<script>[\s\S]*?<\/script>/g, '');

export const countOf = (page: string, part: string | RegExp) => page.split(part).length - 1;

/** One section of a page, by the id of its heading. */
export function sectionOf(page: string, id: string): string {
  const start = page.indexOf(`<section aria-labelledby="${id}"`);
  if (start < 0) throw new Error(`section ${id}: expected one in the page, received none`);
  return page.slice(start, page.indexOf('</section>', start));
}

/** Rows of the first table of some markup, its headings first, as the texts of their cells. */
export function tableOf(markup: string, caption: string): string[][] {
  const start = markup.indexOf(`<caption>${caption}`);
  if (start < 0) throw new Error(`table: expected one called ${caption}, received none`);
  const table = markup.slice(start, markup.indexOf('</table>', start));
  return [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => textOf(cell).trim()),
  );
}

/** The chart whose label begins with some words. */
export function chartOf(page: string, label: string): string {
  const found = [
    ...page.matchAll(/<svg class="chart[^>]*aria-label="([^"]*)"[^>]*>.*?(?=<figcaption|<\/figure>)/gs),
  ];
  const chart = found.find(([, words = '']) => words.startsWith(label));
  if (!chart) throw new Error(`chart: expected one labelled ${label}, received none`);
  return chart[0];
}
