import { reductionName } from '@utad/pipeline';
import { checkRun, type FoundRun } from '@utad/pipeline/node';
import type { Context } from './context';
import { formatCount, formatFacts, formatNumber, formatTable } from './terminal/format';

/** `utad info`: what a bundle is, once every file of it was checked. */
export async function info(path: string, { output }: Context): Promise<void> {
  const found = await checkRun(path);
  const preset = found.run?.config.preset;
  output.result(
    { path: found.path, ...(preset !== undefined && { preset }), ...found.manifest },
    describe(found),
  );
}

function describe({ path, manifest, run }: FoundRun): string {
  const { training, thresholds, score, preprocessing } = manifest;
  const kind = run === undefined ? manifest.kind : `${manifest.kind}, preset ${run.config.preset}`;
  const reduction = reductionName(score.reduction);
  const facts: [string, string][] = [
    ['bundle', path],
    ['detector', kind],
    ['input size', manifest.inputSize.join(' x ')],
    ...(preprocessing?.whiteLevel === undefined
      ? []
      : [pair('white level', `${preprocessing.whiteLevel}, of images of more than 8 bits`)]),
    ...(reduction === undefined ? [] : [pair('image score', `${reduction} of the anomaly map`)]),
    ['image threshold', formatNumber(thresholds.image)],
    ['pixel threshold', formatNumber(thresholds.pixel)],
    ['fitted on', formatCount(thresholds.images, 'held-out good image')],
    ...(thresholds.engine === undefined ? [] : [pair('fitted with', thresholds.engine)]),
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
  return `${formatFacts(facts)}\n\n${formatTable(files)}\nall bytes of ${formatCount(files.length, 'file')} are unaltered`;
}

function pair(name: string, value: string): [string, string] {
  return [name, value];
}

function shortHash(text: string): string {
  return text.slice(0, 12);
}
