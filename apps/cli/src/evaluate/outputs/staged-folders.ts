import { StagedFolder } from '../../staged-folder';
import type { OutputFolders } from './files';

/** The folders that were asked for, in the making. */
export class StagedFolders {
  /** Where to write until all is there. */
  readonly folders: OutputFolders;
  private readonly staged: readonly StagedFolder[];

  /** @throws Error of the file system where a folder cannot be made. */
  constructor({ maps, overlays }: OutputFolders) {
    const staged: StagedFolder[] = [];
    const stage = (folder: string | undefined) => {
      if (folder === undefined) return undefined;
      const made = new StagedFolder(folder);
      staged.push(made);
      return made.path;
    };
    this.staged = staged;
    try {
      this.folders = { maps: stage(maps), overlays: stage(overlays) };
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  async commit(): Promise<void> {
    for (const folder of this.staged) await folder.commit();
  }

  /** What was committed stays. */
  discard(): void {
    for (const folder of this.staged.toReversed()) folder.discard();
  }
}
