import { KNOWN_DATASETS, type KnownDataset } from '@utad/datasets';
import type { Context } from './context';

/** `utad data list` */
export async function dataList({ output }: Context): Promise<void> {
  const datasets = KNOWN_DATASETS.map((known) => ({
    id: known.id,
    title: known.title,
    description: known.description,
    licence: { ...known.licence, accept: known.licence.accept ?? false },
    citation: known.citation,
    homepage: known.homepage,
    categories: known.categories,
    splits: known.splits,
    tree: known.tree,
    link: known.sources.length > 0,
    bytes: bytesOf(known),
    sources: known.sources,
    manual: known.manual ?? [],
  }));
  const rows = KNOWN_DATASETS.map((known) => [
    known.id,
    known.title,
    `${known.licence.name}${known.licence.accept === true ? ' *' : ''}`,
    downloadOf(known),
  ]);
  const text = [
    columns([['id', 'title', 'licence', 'download'], ...rows]),
    '',
    '* fetched with --accept-license only. `utad data list --json` has citations, trees and links as well.',
  ];
  output.result({ datasets }, text.join('\n'));
}

/** What has to be downloaded; null where no citable source says it. */
function bytesOf({ sources }: KnownDataset): number | null {
  let total = 0;
  for (const { bytes } of sources) {
    if (bytes === undefined) return null;
    total += bytes;
  }
  return sources.length === 0 ? null : total;
}

function downloadOf(known: KnownDataset): string {
  if (known.sources.length === 0) return 'by hand';
  const bytes = bytesOf(known);
  return bytes === null ? 'link' : `link, ${(bytes / 1e6).toFixed(0)} MB`;
}

/** Text under text, as `formatTable` puts numbers under numbers. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
