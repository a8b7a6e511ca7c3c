import { extname, join } from 'node:path';
import type { TreeLayout } from '../../known/tree-layout';
import { folderNames, imagePaths } from '../image-paths';
import { idBelow } from '../inside';
import { FolderMasks } from '../masks/folder-masks';
import { fill, fixedPart, matchFolders, type Names } from './pattern';

/** An image, with what the pattern of its folder matched. */
export interface PlacedImage {
  readonly path: string;
  /** The folder that the pattern matched. */
  readonly folder: string;
  readonly names: Names;
}

/** Finds masks and twins as a layout says. */
export class MaskFinder {
  private constructor(
    private readonly layout: TreeLayout,
    private readonly base: string,
    private readonly files: FolderMasks,
  ) {}

  /** @returns Undefined where the tree has no folder of masks. */
  static async find(layout: TreeLayout, base: string, names: Names): Promise<MaskFinder | undefined> {
    const patterns = (layout.masks?.paths ?? []).map((pattern) => fill(pattern, names));
    const [first] = patterns;
    if (first === undefined) return undefined;
    if ((await folderNames(join(base, fixedPart(first)))).length === 0) return undefined;
    const files = new Set<string>();
    for (const pattern of patterns) {
      for (const folder of await matchFolders(base, folderPart(pattern))) {
        for (const path of await imagePaths(folder.path)) {
          if (!isImage(layout, path)) files.add(path);
        }
      }
    }
    return new MaskFinder(layout, base, new FolderMasks(join(base, fixedPart(first)), [...files]));
  }

  /** @throws DatasetError `mask-missing` */
  of(image: PlacedImage): { path: string; threshold: number } {
    const path = this.files.of(image.path, this.candidates(image));
    return { path, threshold: this.layout.masks?.threshold ?? 127 };
  }

  /** Says that a good image may have a mask, which is not read. */
  claim(image: PlacedImage): void {
    this.files.claim(this.candidates(image));
  }

  /** @throws DatasetError `mask-without-image` when a mask belongs to no image. */
  expectNoOthers(): void {
    this.files.expectNoOthers();
  }

  private candidates(image: PlacedImage): string[] {
    return (this.layout.masks?.paths ?? []).map((pattern) => placed(this.base, pattern, image));
  }
}

/** A pattern's path for an image. */
export function placed(base: string, pattern: string, { path, folder, names }: PlacedImage): string {
  const name = idBelow(folder, path);
  const stem = name.slice(0, name.length - extname(name).length);
  return join(base, fill(pattern, { ...names, name, stem }));
}

/** Whether a picture is an image, where endings tell images from masks. */
export function isImage({ endings }: TreeLayout, path: string): boolean {
  return endings?.includes(extname(path).toLowerCase()) ?? false;
}

/** The folders in which a pattern's files lie; those below them count. */
function folderPart(pattern: string): string {
  const segments = pattern.split('/');
  const end = segments.findIndex((segment) => segment.includes('{stem}') || segment.includes('{name}'));
  return segments.slice(0, end).join('/');
}
