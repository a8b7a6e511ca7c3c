import { extname, join } from 'node:path';
import type { TreeLayout } from '../../known/known-dataset';
import { MaskFiles } from '../mask-files';
import { folderNames, idBelow, imagePaths, pathType } from '../paths';

/** An image, with what the pattern of its folder matched. */
interface TreeImage {
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
    private readonly files: MaskFiles,
  ) {}

  /** @returns Undefined where the tree has no folder of masks. */
  static async find(layout: TreeLayout, base: string, names: Names): Promise<MaskFinder | undefined> {
    const patterns = (layout.masks?.paths ?? []).map((pattern) => fill(pattern, names));
    const [first] = patterns;
    if (first === undefined) return undefined;
    if ((await folderNames(join(base, fixedPart(first)))).length === 0) return undefined;
    const files = await maskFiles(layout, base, patterns);
    return new MaskFinder(layout, base, new MaskFiles(join(base, fixedPart(first)), [...files]));
  }

  /** @throws DatasetError `mask-missing` */
  of(image: TreeImage): { path: string; threshold?: number } {
    const path = this.files.of(image.path, this.candidates(image));
    return { path, ...thresholdOf(this.layout) };
  }

  /** Says where one mask of several was taken. */
  notes(): string[] {
    return this.files.notes();
  }

  /** Says that a good image may have a mask, which is not read. */
  claim(image: TreeImage): void {
    this.files.claim(this.candidates(image));
  }

  /** @throws DatasetError `mask-without-image` when a mask belongs to no image. */
  expectNoOthers(): void {
    this.files.expectNoOthers();
  }

  private candidates(image: TreeImage): string[] {
    return (this.layout.masks?.paths ?? []).map((pattern) => pathFor(this.base, pattern, image));
  }
}

/** The threshold of a layout's masks; without one their values say what is anomalous. */
export function thresholdOf({ masks }: TreeLayout): { threshold?: number } {
  return masks?.threshold === undefined ? {} : { threshold: masks.threshold };
}

/** Every picture in the folders in which a layout keeps masks. */
export async function maskFiles(
  layout: TreeLayout,
  base: string,
  patterns: readonly string[],
): Promise<ReadonlySet<string>> {
  const files = new Set<string>();
  for (const pattern of patterns) {
    for (const folder of await matchFolders(base, folderPart(pattern))) {
      for (const path of await imagePaths(folder.path)) if (!isImage(layout, path)) files.add(path);
    }
  }
  return files;
}

/** A pattern's path for an image. */
export function pathFor(base: string, pattern: string, { path, folder, names }: TreeImage): string {
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

/** Names for the parts of a pattern in braces. */
export type Names = Readonly<Record<string, string>>;

/** A folder that a pattern matches, and what its parts in braces stand for. */
interface MatchedFolder {
  readonly path: string;
  readonly names: Names;
}

/** Puts names in a pattern; parts without one stay. */
export function fill(pattern: string, names: Names): string {
  return pattern.replace(/\{(\w+)\}/g, (part, name: string) => names[name] ?? part);
}

/** The folders below a base that a pattern matches, in natural order. */
export async function matchFolders(base: string, pattern: string): Promise<MatchedFolder[]> {
  let matched: MatchedFolder[] = [{ path: base, names: {} }];
  for (const segment of pattern.split('/')) {
    const expression = segment.includes('{') ? expressionOf(segment) : undefined;
    const next: MatchedFolder[] = [];
    for (const { path, names } of matched) {
      if (expression === undefined) {
        const inner = join(path, segment);
        if ((await pathType(inner)) === 'folder') next.push({ path: inner, names });
        continue;
      }
      for (const name of await folderNames(path)) {
        const groups = expression.exec(name)?.groups;
        if (groups !== undefined) next.push({ path: join(path, name), names: { ...names, ...groups } });
      }
    }
    matched = next;
  }
  return matched;
}

/** The part of a pattern that comes before the first part in braces, without the slash between them. */
export function fixedPart(pattern: string): string {
  const segments = pattern.split('/');
  const open = segments.findIndex((segment) => segment.includes('{'));
  return segments.slice(0, open < 0 ? segments.length : open).join('/');
}

function expressionOf(segment: string): RegExp {
  const parts = segment.split(/(\{\w+\})/);
  const source = parts.map((part) =>
    part.startsWith('{') ? `(?<${part.slice(1, -1)}>.+)` : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`);
}
