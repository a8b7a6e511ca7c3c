import { DatasetError } from '../errors';

/** The mask files of a dataset, each of which must belong to an image. */
export class MaskFiles {
  private readonly others: Set<string>;
  private readonly all: ReadonlySet<string>;

  constructor(
    /** Where they lie. */
    readonly folder: string,
    files: readonly string[],
  ) {
    this.all = new Set(files);
    this.others = new Set(files);
  }

  has(path: string): boolean {
    return this.all.has(path);
  }

  /**
   * The mask of a defective image.
   *
   * @param candidates Where it may be; the first that is there is taken.
   * @throws DatasetError `mask-missing`
   */
  of(image: string, candidates: readonly string[]): string {
    this.claim(candidates);
    const path = candidates.find((candidate) => this.all.has(candidate));
    if (path !== undefined) return path;
    const message = `expected a mask at ${candidates.join(' or ')} for ${image}, found none`;
    throw new DatasetError('mask-missing', message);
  }

  /** Says that these files, where they are there, belong to an image. */
  claim(candidates: readonly string[]): void {
    for (const candidate of candidates) this.others.delete(candidate);
  }

  /** @throws DatasetError `mask-without-image` when a file belongs to no image. */
  expectNoOthers(): void {
    const [first] = this.others;
    if (first === undefined) return;
    const more = this.others.size > 1 ? `, and ${this.others.size - 1} more` : '';
    const message = `expected an image for every mask, found none for ${first}${more}`;
    throw new DatasetError('mask-without-image', message);
  }
}
