import { sha256Bytes } from '@utad/files';
import { Html, html } from './html';
import { style } from './style';

/** A part of a page, with its place in the table of contents. */
export interface PageSection {
  /** Of its heading, to which the link leads. */
  readonly id: string;
  /** The text of the link. */
  readonly name: string;
  /** The text of its heading. */
  readonly heading: string;
  /** Below the heading. */
  readonly content: Html;
  /** Rules that only this section needs. */
  readonly style?: string;
  /** What the section does; it must read well without. */
  readonly behaviour?: Behaviour;
}

/** Sentences that a reader should keep in mind; no section without any. */
export function notesSection(
  name: string,
  heading: string,
  sentences: readonly string[],
): PageSection | undefined {
  if (sentences.length === 0) return undefined;
  const content = html`<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
  return { id: 'notes', name, heading, content };
}

/** What a page is made of. */
interface PageContent {
  readonly title: string;
  /** What follows the title in the name of the window. */
  readonly sort: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Below the title. */
  readonly lead?: Html | undefined;
  /** Those that are undefined are left out. */
  readonly sections: readonly (PageSection | undefined)[];
  /** What the page does; it must read well without. */
  readonly behaviours?: readonly Behaviour[];
  /** Rules that only this page needs. */
  readonly styles?: readonly string[];
}

/**
 * One self-contained HTML file. Its policy lets it load nothing, send nothing and run nothing but the script that it is
 * made with, whatever text came into it.
 *
 * @returns The whole file as text.
 */
export function page(content: PageContent): string {
  const { title, sort, createdAt, lead, behaviours = [], styles = [] } = content;
  const sections = content.sections.filter((section) => section !== undefined);
  const scripts = [...behaviours, ...sections.flatMap(({ behaviour }) => behaviour ?? [])];
  const script = scripts.length > 0 ? inlineScript(scripts) : undefined;
  const rules = [style, ...styles, ...sections.flatMap((section) => section.style ?? [])];
  const policy = [
    "default-src 'none'",
    'img-src data:',
    "style-src 'unsafe-inline'",
    ...(script ? [`script-src ${script.source}`] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}: ${sort}</title>
<style>${new Html(rules.join('\n'))}</style>
</head>
<body>
<header><h1>${title}</h1><time datetime="${createdAt}">${readableTime(createdAt)}</time>
${lead}</header>
<nav aria-label="Sections"><ul>${sections.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main>
${sections.map(
  ({ id, heading, content }) =>
    html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>
${content}</section>`,
)}
</main>
${script && new Html(`<script>${script.text}</script>\n`)}</body>
</html>
`.text;
}

/** `2026-03-01 14:05 UTC`; a time that cannot be read is shown as it came. */
function readableTime(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/**
 * Something that a page does once it is read. Its source is what the page holds, so that it may use nothing but its own
 * names and those of the browser.
 */
type Behaviour = () => void;

/** A script of behaviours, with the source of a content security policy that lets this script run and no other. */
interface InlineScript {
  readonly text: string;
  readonly source: string;
}

/** Makes one script, in which every behaviour stands alone. */
export function inlineScript(behaviours: readonly Behaviour[]): InlineScript {
  const text = behaviours.map((behaviour) => `(${behaviour.toString()})();`).join('\n');
  // The parser of HTML would end, or never end, the script there; nothing of ours needs to spell these.
  if (/<\/script|<!--/i.test(text)) throw new Error('inline script: expected no mark-up of scripts in it');
  return { text, source: `'sha256-${btoa(String.fromCharCode(...sha256Bytes(text)))}'` };
}
