import { type FoundEntries, openSplit, type SplitDataset, type SplitReadOptions } from '../splits/open-split';
import { type ListedImage, listManifest } from './list-manifest';
import { refuse } from './read-table';

/** Which images of a manifest to open, and how. */
export interface ManifestOptions extends SplitReadOptions {
  /** A CSV file with a header, or JSON lines in a file whose name ends in `.jsonl` or `.ndjson`. */
  readonly file: string;
  /** Let paths be absolute, or lead out of the manifest's folder. Default false. */
  readonly allowOutside?: boolean;
}

/**
 * Images that a file lists, in its order, with the columns or fields
 *
 * - `path`, relative to the file;
 * - `label` (0 or 1, good or anomalous) or `kind` (good, or the type of defect), or both;
 * - `split` (train, validation or test), for every image or for none: then they are divided by seed where some are
 *   defective;
 * - `mask`, relative to the file, for defective images: of all in a split, or of none.
 *
 * Others are ignored.
 *
 * @throws DatasetError `root-missing`, `manifest` (the line is named), `mask-missing`, `duplicate`, `empty`,
 *   `size-mismatch`, `unreadable`, `invalid-option`
 * @throws ImageError for a bad file, unless `onBad` is `skip`.
 */
export async function manifest(options: ManifestOptions): Promise<SplitDataset> {
  return openSplit(await manifestEntries(options), options.file, options);
}

/** Lists what {@link manifest} opens. */
export async function manifestEntries(
  options: Pick<ManifestOptions, 'file' | 'allowOutside'>,
): Promise<FoundEntries> {
  const listed = await listManifest(options, refuse);
  const entriesOf = (images: readonly ListedImage[]) => images.map(({ entry }) => entry);
  if (!listed.some(({ row }) => row.split !== undefined)) return { undivided: entriesOf(listed) };
  const of = (split: string) => entriesOf(listed.filter(({ row }) => row.split === split));
  return { divided: { train: of('train'), validation: of('validation'), test: of('test') } };
}
