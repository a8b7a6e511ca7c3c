import { type Bundle, readBundle } from '@utad/detector';
import { folderStore } from '@utad/detector/node';
import type { Context } from './context';
import { findBundle } from './run/find-bundle';
import { formatFacts, formatNumber, formatTable } from './terminal/format';

/** `utad info`: what a bundle is, once every file of it was checked. */
export async function info(path: string, { output }: Context): Promise<void> {
  const { path: folder, run } = await findBundle(path);
  const bundle = await readBundle(folderStore(folder));
  const preset = (await run?.readConfig())?.preset;
  output.result(
    { path: folder, ...(preset !== undefined && { preset }), ...bundle.manifest },
    describe(folder, preset, bundle),
  );
}

function describe(folder: string, preset: string | undefined, { manifest }: Bundle): string {
  const { training, thresholds, score } = manifest;
  const kind = preset === undefined ? manifest.kind : `${manifest.kind}, preset ${preset}`;
  const facts: [string, string][] = [
    ['bundle', folder],
    ['detector', kind],
    ['input size', manifest.inputSize.join(' x ')],
    ['image score', `${score.reduction === 'mean' ? 'mean' : 'maximum'} of the anomaly map`],
    ['image threshold', formatNumber(thresholds.image)],
    ['pixel threshold', formatNumber(thresholds.pixel)],
    ['fitted on', `${thresholds.images} held-out good images`],
    [
      'trained on',
      `${training.images} images of ${[training.dataset, training.category].filter(Boolean).join(' / ')}, seed ${training.seed}`,
    ],
    ['data fingerprint', shortHash(training.fingerprint)],
    ...Object.entries(manifest.assets).map(([name, { name: title, sha256 }]): [string, string] => [
      `weights ${name}`,
      `${title}, SHA-256 ${shortHash(sha256)}`,
    ]),
    ...Object.entries(manifest.versions).map(([name, version]): [string, string] => [name, version]),
  ];
  const files = Object.entries(manifest.files).map(([name, { bytes, sha256 }]) => [
    name,
    `${bytes} bytes`,
    shortHash(sha256),
  ]);
  return `${formatFacts(facts)}\n\n${formatTable(files)}\nall ${files.length} files are unaltered`;
}

function shortHash(text: string): string {
  return text.slice(0, 12);
}
