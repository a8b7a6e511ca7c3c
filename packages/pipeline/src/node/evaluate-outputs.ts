import { join } from 'node:path';
import { basename, extname } from 'node:path/posix';
import { resizeBilinear, resizeNearest, type Size, sliceOf } from '@utad/core';
import type { BundleManifest, Reduction } from '@utad/detector';
import { regionsAt, type ScoredRegion } from '@utad/eval';
import { type InputFiles, StagedFolder, writeFileAtomic } from '@utad/files/node';
import { floatTiff } from '@utad/report';
import filenamify from 'filenamify';
import type { EvaluatedBatch, EvaluationObserver } from '../evaluate/evaluate-detector';
import { scaleRegion } from '../predict';
import { toJson } from '../text';
import { toCsv } from './csv';
import type { DataSource } from './data';
import { writePictures } from './pictures';

/** What is evaluated, as far as files about its images need it. */
export interface OutputContext {
  readonly source: Pick<DataSource, 'dataset' | 'category'>;
  readonly manifest: Pick<BundleManifest, 'kind' | 'thresholds' | 'score' | 'training'>;
  /** As in {@link Scores}. */
  readonly weights: Readonly<Record<string, unknown>>;
  /** Height and width of the file of an image; undefined for images that lie in no file of their own. */
  readonly fileSizeOf: (id: string) => Size | undefined;
  /** An image as it is in its file, RGB, within bounds of size, to be drawn on; undefined likewise. */
  readonly photoOf?: (
    id: string,
  ) => Promise<{ readonly pixels: Uint8Array; readonly size: Size } | undefined>;
}

/** What `scores.json` says of one image. */
export interface ScoredItem {
  /** As its data set calls it, such as `test/good/000.png`. */
  readonly id: string;
  /** `good`, or the type of defect. */
  readonly kind: string;
  /** Ground truth: 0 good, 1 anomalous. */
  readonly label: 0 | 1;
  /** The detector's own. */
  readonly score: number;
  /** Of the anomaly map. */
  readonly mean: number;
  /** Of the anomaly map. */
  readonly max: number;
  /** Whether the score is at least the threshold. */
  readonly anomalous: boolean;
  /** Height and width of the image file; of the map for images that lie in no file of their own. */
  readonly size: Size;
  /** Where the map is at least the pixel threshold, in pixels of `size`; the highest peak first. */
  readonly regions: readonly ScoredRegion[];
}

/** The contents of `scores.json`: every score of an evaluation, with what is needed to compare it with another one. */
export interface Scores {
  /** The name of its kind. */
  readonly detector: string;
  /** What it was tested on. */
  readonly dataset: string;
  /** The product or normal class; null where there is none. */
  readonly category: string | null;
  /** Of the training. */
  readonly seed: number;
  /** Pretrained weights that it measures with, by name, as in `metrics.json`. */
  readonly weights: Readonly<Record<string, unknown>>;
  /** Fitted, for scores. */
  readonly threshold: number;
  /** Fitted, for values of maps. */
  readonly pixelThreshold: number;
  /** How a score comes from a map; null where it is another number of the detector's own. */
  readonly reduction: Reduction | null;
  /** In the order of the test set. */
  readonly items: readonly ScoredItem[];
}

/** Collects what `scores.json` and `scores.csv` hold. */
export class ScoreSheet implements EvaluationObserver {
  private readonly items: ScoredItem[] = [];

  constructor(private readonly context: OutputContext) {}

  see({ prediction: { maps, mapSize }, items }: EvaluatedBatch): void {
    const { manifest, fileSizeOf } = this.context;
    const { image: threshold, pixel } = manifest.thresholds;
    for (const [index, { id, defectType: kind, label, score, scores }] of items.entries()) {
      const fileSize = fileSizeOf(id) ?? mapSize;
      const map = sliceOf(maps, index, items.length);
      this.items.push({
        ...{ id, kind, label, score, mean: scores.mean, max: scores.max },
        anomalous: score >= threshold,
        size: fileSize,
        regions: regionsAt(map, mapSize, pixel).map((region) => scaleRegion(region, mapSize, fileSize)),
      });
    }
  }

  scores(): Scores {
    const { source, manifest, weights } = this.context;
    return {
      detector: manifest.kind,
      dataset: source.dataset,
      category: source.category,
      seed: manifest.training.seed,
      weights,
      threshold: manifest.thresholds.image,
      pixelThreshold: manifest.thresholds.pixel,
      reduction: manifest.score.reduction,
      items: this.items,
    };
  }

  /** Both files, to be written into a folder. */
  files(out: string): (readonly [path: string, content: string])[] {
    const scores = this.scores();
    return [
      [join(out, 'scores.json'), toJson(scores)],
      [join(out, 'scores.csv'), scoresCsv(scores.items)],
    ];
  }
}

/** The items of `scores.json` as a table, a line for each image; regions are counted. */
export function scoresCsv(items: readonly ScoredItem[]): string {
  const columns = ['id', 'kind', 'label', 'score', 'mean', 'max', 'anomalous', 'regions'] as const;
  return toCsv(
    columns,
    items.map((item) => ({ ...item, regions: item.regions.length })),
  );
}

/**
 * Writes every raw map as MVTec's evaluation code reads them: 32-bit floats of the size of the image file, in
 * `<folder>/<object>/test/<type>/<stem>.tiff`.
 */
export class MapFiles implements EvaluationObserver {
  private readonly names: OutputNames;

  constructor(
    private readonly folder: string,
    private readonly context: OutputContext,
  ) {
    this.names = new OutputNames(context.source);
  }

  async see({ prediction: { maps, mapSize }, items }: EvaluatedBatch): Promise<void> {
    for (const [index, item] of items.entries()) {
      const size = this.context.fileSizeOf(item.id) ?? mapSize;
      const path = `${join(this.folder, ...this.names.of(item))}.tiff`;
      const map = sliceOf(maps, index, items.length);
      await writeFileAtomic(path, floatTiff(resizeBilinear(map, mapSize, size), size));
    }
  }
}

/**
 * Writes a heat map and an overlay of every image, as large as its file, in the folders that {@link OutputNames} names.
 */
export class PictureFiles implements EvaluationObserver {
  private readonly names: OutputNames;

  constructor(
    private readonly folder: string,
    private readonly context: OutputContext,
  ) {
    this.names = new OutputNames(context.source);
  }

  async see({ images, records, prediction, items }: EvaluatedBatch): Promise<void> {
    const [count, height, width] = images.shape;
    for (const [index, item] of items.entries()) {
      const path = join(this.folder, ...this.names.of(item));
      const { mask, maskSize, size: imageSize } = records[index] ?? {};
      const { pixels, size } = (await this.context.photoOf?.(item.id)) ?? {
        pixels: sliceOf(images.data, index, count),
        size: [height, width],
      };
      await writePictures(
        { map: `${path}.map.png`, overlay: `${path}.overlay.png` },
        {
          size,
          pixels,
          map: sliceOf(prediction.maps, index, count),
          mapSize: prediction.mapSize,
          ...(mask && imageSize && { mask: resizeMask(mask, maskSize ?? imageSize, size) }),
        },
        this.context.manifest.thresholds.pixel,
      );
    }
  }
}

/** Along the contour at one half where it is enlarged, instead of in steps of its pixels. */
function resizeMask(mask: Uint8Array, from: Size, to: Size): Uint8Array {
  if (to[0] <= from[0] && to[1] <= from[1]) return resizeNearest(mask, from, to);
  return Uint8Array.from(resizeBilinear(Float32Array.from(mask), from, to), (value) => Number(value >= 0.5));
}

/** Folders for what is written of every test image; undefined for what is not asked for. */
export interface OutputFolders {
  /** For raw maps. */
  readonly maps?: string | undefined;
  /** For heat maps and overlays. */
  readonly overlays?: string | undefined;
}

/** The folders that were asked for, in the making: all is written beside its place, to come there together. */
export class StagedOutputs {
  private readonly folders: OutputFolders;
  private readonly staged: StagedFolder[] = [];

  /** @throws Error of the file system where a folder cannot be made. */
  constructor({ maps, overlays }: OutputFolders) {
    const stage = (folder: string | undefined) => {
      if (folder === undefined) return undefined;
      const made = new StagedFolder(folder);
      this.staged.push(made);
      return made.path;
    };
    try {
      this.folders = { maps: stage(maps), overlays: stage(overlays) };
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** Those who write the files that were asked for. */
  observers(context: OutputContext): EvaluationObserver[] {
    const { maps, overlays } = this.folders;
    return [
      ...(maps === undefined ? [] : [new MapFiles(maps, context)]),
      ...(overlays === undefined ? [] : [new PictureFiles(overlays, context)]),
    ];
  }

  /** @throws FileError `input` where one of these would be written over. */
  async commit(inputs: InputFiles): Promise<void> {
    for (const folder of this.staged) await folder.commit(inputs);
  }

  /** What was committed stays. */
  discard(): void {
    for (const folder of this.staged.toReversed()) folder.discard();
  }
}

/** Of a name in UTF-8: file systems allow 255, and extensions and the names of unfinished files come behind it. */
const MOST_BYTES = 180;

/**
 * A single name of a file or folder that every file system takes, from any text: no separators, no control characters, no
 * name that Windows keeps for devices, never `.` or `..`.
 */
export function safeName(text: string): string {
  // Lone halves of surrogate pairs are replaced here rather than by the file system, where two could meet unnoticed.
  const whole = Buffer.from(text.normalize('NFC')).toString();
  return filenamify(cut(whole), { replacement: '_', maxLength: MOST_BYTES });
}

function cut(text: string): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > MOST_BYTES) break;
    kept += character;
  }
  return kept;
}

/** The name of the folder of all that is written of a test set: its category, such as `screw`, else the data set's name. */
export function objectOf({ dataset, category }: Pick<DataSource, 'dataset' | 'category'>): string {
  return safeName(category ?? dataset);
}

/**
 * Names files after images as MVTec's evaluation expects them: `<object>/test/<type>/<stem>`, without an extension. Where
 * two images would have the same, ignoring case, the later one gets a number: `000-2`.
 */
export class OutputNames {
  private readonly object: string;
  private readonly taken = new Set<string>();

  constructor(source: Pick<DataSource, 'dataset' | 'category'>) {
    this.object = objectOf(source);
  }

  /** Parts of a path, of which none leads out of its folder. To be asked once for each image. */
  of({
    id,
    defectType,
  }: {
    readonly id: string;
    readonly defectType: string;
  }): readonly [string, string, string, string] {
    const folder = safeName(defectType);
    const stem = safeName(basename(id, extname(id)));
    for (let count = 1; ; count++) {
      const name = count === 1 ? stem : `${stem}-${count}`;
      // HFS and NTFS know no case.
      const key = `${folder}/${name}`.toLowerCase();
      if (this.taken.has(key)) continue;
      this.taken.add(key);
      return [this.object, 'test', folder, name];
    }
  }
}
