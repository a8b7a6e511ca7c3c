import { join } from 'node:path';
import type { TreeLayout } from '../../known/tree-layout';
import { imagePaths, kindOf } from '../image-paths';
import { idBelow } from '../inside';
import type { ImageEntry } from '../pipeline/image-entry';
import { isImage, placed } from '../tree/mask-finder';
import { fill, matchFolders } from '../tree/pattern';
import type { Finding } from './report';
import type { Survey, SurveyedPart } from './survey';

/** Lists the splits of one category, or of all images, that a layout keeps in folders by kind. */
export async function surveyFolders(
  layout: TreeLayout,
  base: string,
  splits: Readonly<Record<string, string>>,
  category: string | null,
): Promise<Survey> {
  const names: Record<string, string> = category === null ? {} : { category };
  const patterns = (layout.masks?.paths ?? []).map((pattern) => fill(pattern, names));
  const masks = await maskFiles(layout, base, patterns);
  const threshold = layout.masks?.threshold ?? 127;
  const unclaimed = new Set(masks);
  const parts: SurveyedPart[] = [];
  const findings: Finding[] = [];
  const wrong = (finding: Finding['finding'], path: string, message: string) =>
    findings.push({ finding, wrong: true, paths: [path], message });
  for (const [split, pattern] of Object.entries(splits)) {
    const entries: ImageEntry[] = [];
    for (const folder of await matchFolders(base, fill(pattern, names))) {
      // The folder of good training images is named without a kind.
      const kind = folder.names.kind ?? layout.good;
      for (const path of await imagePaths(folder.path)) {
        if (layout.endings !== undefined && !isImage(layout, path)) continue;
        const id = idBelow(join(base, category ?? ''), path);
        const image = { path, folder: folder.path, names: { ...names, ...folder.names } };
        const candidates = split === 'train' ? [] : patterns.map((mask) => placed(base, mask, image));
        const found = candidates.find((candidate) => masks.has(candidate));
        for (const candidate of candidates) unclaimed.delete(candidate);
        if (kind === layout.good) {
          entries.push({
            id,
            path,
            label: 0,
            defectType: 'good',
            ...(found !== undefined && { mask: { path: found, threshold } }),
          });
          continue;
        }
        if (found === undefined && masks.size > 0) {
          wrong(
            'mask-missing',
            path,
            `expected a mask at ${candidates.join(' or ')} for ${path}, found none`,
          );
        }
        entries.push({
          id,
          path,
          label: 1,
          defectType: kind,
          ...(found !== undefined && { mask: { path: found, threshold } }),
        });
      }
    }
    if (entries.length === 0) {
      const folder = join(base, fill(pattern, names));
      wrong('listing', folder, `expected ${split} images in ${folder}, found none`);
    } else {
      parts.push({ category, split, entries });
    }
  }
  for (const path of unclaimed) {
    wrong('mask-without-image', path, `expected an image for every mask, found none for ${path}`);
  }
  const defective = parts.some(({ entries }) => entries.some(({ label }) => label === 1));
  if (defective && masks.size === 0 && patterns.length > 0) {
    const where = category ?? base;
    const message = `${where} has defective images and no masks: pixels cannot be measured`;
    findings.push({ finding: 'no-masks', wrong: false, paths: [], message });
  }
  return { parts, findings };
}

/** Every picture in the folders in which a layout keeps masks. */
async function maskFiles(
  layout: TreeLayout,
  base: string,
  patterns: readonly string[],
): Promise<ReadonlySet<string>> {
  const files = new Set<string>();
  for (const pattern of patterns) {
    const segments = pattern.split('/');
    const end = segments.findIndex((segment) => /\{(stem|name)\}/.test(segment));
    for (const folder of await matchFolders(base, segments.slice(0, end).join('/'))) {
      if ((await kindOf(folder.path)) !== 'folder') continue;
      for (const path of await imagePaths(folder.path)) if (!isImage(layout, path)) files.add(path);
    }
  }
  return files;
}
