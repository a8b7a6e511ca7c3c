import { join } from 'node:path';
import { folderNames, kindOf } from '../image-paths';

/** Names for the parts of a pattern in braces. */
export type Names = Readonly<Record<string, string>>;

/** A folder that a pattern matches, and what its parts in braces stand for. */
export interface MatchedFolder {
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
        if ((await kindOf(inner)) === 'folder') next.push({ path: inner, names });
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
