import { Html, html } from './html';
import { type Behaviour, inlineScript } from './inline-script';
import { style } from './style';

/** A part of a page, with its place in the table of contents. */
interface PageSection {
  /** Of the element that its link leads to; the content has it. */
  readonly id: string;
  /** The text of the link. */
  readonly name: string;
  /** Left out of the page where it is undefined. */
  readonly content: Html | undefined;
}

/** What a page is made of. */
export interface PageContent {
  readonly title: string;
  /** What follows the title in the name of the window. */
  readonly sort: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Below the title. */
  readonly lead?: Html | undefined;
  readonly sections: readonly PageSection[];
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
  const script = behaviours.length > 0 ? inlineScript(behaviours) : undefined;
  const policy = [
    "default-src 'none'",
    'img-src data:',
    "style-src 'unsafe-inline'",
    ...(script ? [`script-src ${script.source}`] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const sections = content.sections.filter((section) => section.content !== undefined);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}: ${sort}</title>
<style>${new Html([style, ...styles].join('\n'))}</style>
</head>
<body>
<header><h1>${title}</h1><time datetime="${createdAt}">${readableTime(createdAt)}</time>
${lead}</header>
<nav aria-label="Sections"><ul>${sections.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main>
${sections.map((section) => section.content)}
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
