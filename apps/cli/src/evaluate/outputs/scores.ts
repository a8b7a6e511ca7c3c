import type { Size } from '@utad/core';
import type { EvaluatedImage, Prediction, Reduction } from '@utad/detector';
import { regionsAt, type ScoredRegion } from '@utad/eval';
import type { Batch } from '@utad/training';
import { scaleRegion } from '../../predict/scale-region';
import type { EvaluationObserver, OpenedEvaluation } from '../observer';

/** What `scores.json` says of one image. */
export interface ScoredItem {
  readonly id: string;
  /** `good`, or the type of defect. */
  readonly kind: string;
  /** Ground truth: 0 good, 1 anomalous. */
  readonly label: 0 | 1;
  /** The detector's own. */
  readonly score: number;
  /** Of the anomaly map. */
  readonly mean: number;
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
  readonly detector: string;
  readonly dataset: string;
  readonly category: string | null;
  /** Of the training. */
  readonly seed: number;
  /** Pretrained weights that it measures with, by name, as in `metrics.json`. */
  readonly weights: Readonly<Record<string, unknown>>;
  /** Fitted, for scores. */
  readonly threshold: number;
  /** Fitted, for values of maps. */
  readonly pixelThreshold: number;
  /** How a score comes from a map. */
  readonly reduction: Reduction;
  /** In the order of the test set. */
  readonly items: readonly ScoredItem[];
}

/** Collects what `scores.json` holds. */
export class ScoreSheet implements EvaluationObserver {
  private readonly items: ScoredItem[] = [];

  constructor(private readonly opened: OpenedEvaluation) {}

  async see(_: Batch, { anomalyMap }: Prediction, items: readonly EvaluatedImage[]): Promise<void> {
    const { manifest, fileSizeOf } = this.opened;
    const { image: threshold, pixel } = manifest.thresholds;
    const size: Size = [anomalyMap.shape[1], anomalyMap.shape[2]];
    const maps = await anomalyMap.data<'float32'>();
    const pixels = size[0] * size[1];
    for (const [index, { id, defectType: kind, label, score, scores }] of items.entries()) {
      const fileSize = fileSizeOf(id) ?? size;
      const map = maps.subarray(index * pixels, (index + 1) * pixels);
      this.items.push({
        id,
        kind,
        label,
        score,
        mean: scores.mean,
        max: scores.max,
        anomalous: score >= threshold,
        size: fileSize,
        regions: regionsAt(map, size, pixel).map((region) => scaleRegion(region, size, fileSize)),
      });
    }
  }

  scores(): Scores {
    const { plan, detector, manifest } = this.opened;
    return {
      detector: manifest.kind,
      dataset: plan.source.dataset,
      category: plan.source.category,
      seed: manifest.training.seed,
      weights: detector.assets ?? {},
      threshold: manifest.thresholds.image,
      pixelThreshold: manifest.thresholds.pixel,
      reduction: manifest.score.reduction,
      items: this.items,
    };
  }
}
