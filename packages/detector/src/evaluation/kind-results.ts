import { quantile, rocAuc } from '@utad/eval';
import type { Definitions } from './defined';
import type { EvaluatedImage, KindResult } from './evaluation';
import { intervalOf } from './intervals';
import type { KindOverlap } from './kind-overlap';
import type { KindPixels } from './kind-pixels';

interface KindResultsOptions {
  /** Of images: at or above it an image is called anomalous. */
  readonly threshold: number;
  readonly overlap: KindOverlap;
  readonly pixels: KindPixels;
  readonly definitions: Definitions;
}

/** Each kind of image by itself, types of defect against all good images. */
export function kindResults(
  items: readonly EvaluatedImage[],
  { threshold, overlap, pixels, definitions }: KindResultsOptions,
): KindResult[] {
  const good = items.filter(({ label }) => label === 0).map(({ score }) => score);
  return grouped(items).map(([{ defectType, label }, group]) => {
    const scores = group.map(({ score }) => score);
    const labels = [...good.map(() => 0), ...scores.map(() => 1)];
    const all = [...good, ...scores];
    const comparable = label === 1 && good.length > 0;
    return {
      defectType,
      label,
      images: group.length,
      called: scores.filter((score) => score >= threshold).length,
      auroc: comparable ? rocAuc(labels, all) : null,
      interval: comparable
        ? definitions.measure(`the interval of the image AUROC of ${defectType}`, 'images', () =>
            intervalOf(labels, all, rocAuc),
          )
        : null,
      iou: label === 1 ? overlap.iou(defectType) : null,
      ...(label === 1 ? pixelAreas(defectType, pixels, definitions) : { pixelAuroc: null, aupro: null }),
      median: quantile(scores, 0.5),
    };
  });
}

/** Of the pixels of one type of defect and of all good images. */
function pixelAreas(
  defectType: string,
  pixels: KindPixels,
  definitions: Definitions,
): Pick<KindResult, 'pixelAuroc' | 'aupro'> {
  const name = `pixel AUROC and AUPRO of ${defectType}`;
  const without = { pixelAuroc: null, aupro: null };
  const counted = pixels.against(defectType);
  // A note on the whole test set says so already.
  if (counted === 'no-masks') return without;
  if (counted === 'memory') {
    definitions.undefinedFor(name, 'to count the pixels of each type apart would take more than 256 MiB');
    return without;
  }
  if (counted.pixels.anomalous === 0 || counted.pixels.good === 0) {
    definitions.undefinedFor(name, 'its masks and good images have not both good and anomalous pixels');
    return without;
  }
  return { pixelAuroc: counted.rocAuc(), aupro: counted.aupro() };
}

/** Good ones first, then by name. A kind that has both good and anomalous images is two groups. */
function grouped(
  items: readonly EvaluatedImage[],
): (readonly [of: Pick<EvaluatedImage, 'defectType' | 'label'>, group: readonly EvaluatedImage[]])[] {
  const groups = new Map<string, EvaluatedImage[]>();
  for (const item of items) {
    const key = `${item.label}/${item.defectType}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(item);
  }
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([, group]) => {
    const [first] = group;
    return first === undefined ? [] : [[first, group] as const];
  });
}
