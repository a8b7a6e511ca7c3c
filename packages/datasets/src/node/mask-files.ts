import { extname } from 'node:path';
import { DatasetError } from '../errors';

/** The mask files of a dataset, each of which must belong to an image. Case and format of their names do not matter. */
export class MaskFiles {
  private readonly others: Set<string>;
  private readonly all: ReadonlySet<string>;
  private readonly byName = new Map<string, string[]>();
  private readonly chosen: { readonly taken: string; readonly among: readonly string[] }[] = [];

  constructor(
    /** Where they lie. */
    readonly folder: string,
    files: readonly string[],
  ) {
    this.all = new Set(files);
    this.others = new Set(files);
    for (const file of files) {
      const same = this.byName.get(nameOf(file));
      if (same === undefined) this.byName.set(nameOf(file), [file]);
      else same.push(file);
    }
  }

  has(path: string): boolean {
    return this.all.has(path);
  }

  /** Those that may be meant, the one that is taken first: as it is spelt, else whatever its case and format. */
  matching(candidates: readonly string[]): string[] {
    const exact = candidates.filter((candidate) => this.all.has(candidate));
    const alike = candidates.flatMap((candidate) => this.byName.get(nameOf(candidate)) ?? []);
    return [...new Set([...exact, ...alike])];
  }

  /**
   * The mask of a defective image.
   *
   * @param candidates Where it may be; the first that is there is taken.
   * @throws DatasetError `mask-missing`
   */
  of(image: string, candidates: readonly string[]): string {
    const found = this.matching(candidates);
    for (const path of found) this.others.delete(path);
    const [taken] = found;
    if (found.length > 1 && taken !== undefined) this.chosen.push({ taken, among: found });
    if (taken !== undefined) return taken;
    const message = `expected a mask at ${candidates.join(' or ')} for ${image}, found none`;
    throw new DatasetError('mask-missing', message);
  }

  /** Says that these files, where they are there, belong to an image. */
  claim(candidates: readonly string[]): void {
    for (const path of this.matching(candidates)) this.others.delete(path);
  }

  /** Says where one mask of several was taken. */
  notes(): string[] {
    const [first] = this.chosen;
    if (first === undefined) return [];
    const images = this.chosen.length === 1 ? '1 image' : `${this.chosen.length} images`;
    return [`${images} with several masks: of ${first.among.join(' and ')}, ${first.taken} is taken.`];
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

const nameOf = (path: string): string => path.slice(0, path.length - extname(path).length).toLowerCase();
