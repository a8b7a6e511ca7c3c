import type { Size } from '@utad/core';
import { expectLength, unexpected } from '../../error';
import type { ImageScore } from '../../measured';
import type {
  DifferenceGroup,
  EncodedPicture,
  Gallery,
  GalleryImage,
  GalleryRow,
  TrainingNeighbour,
  Verdict,
} from '../../run/gallery/gallery';
import { colourScale } from '../heatmap';
import { toWebp } from '../raster';
import { ByteBudget } from './byte-budget';
import { Choice } from './choice';
import { drawRow, type EncodedRow } from './encode-row';

/** How a {@link GalleryBuilder} chooses and draws. */
export interface GalleryOptions {
  /** Fitted on held-out good images; in the units of the anomaly map. The colours of the total map end at twice as much. */
  readonly pixelThreshold: number;
  /** Fitted on held-out good images; in the units of the score. */
  readonly imageThreshold: number;
  /** How many images will come, so that bytes are divided well. Default: as many as are shown at most. */
  readonly expected?: number;
  /** How many images are shown at most. Default 1,000. */
  readonly most?: number;
  /** What the pictures may take in the page, in bytes as they stand there. Default 21 million. */
  readonly bytes?: number;
  /** Which groups of maps are differences from the input and not parts of the map, in the order shown. Default none. */
  readonly differences?: readonly DifferenceGroup[];
  /**
   * The value of each part of the map that is drawn lightest, by its name: parts differ in size by orders of
   * magnitude, and one scale leaves most of them black. The same for all images, so that rows can be compared. A high
   * quantile of the part over the pixels of some images does well. Default, also for parts that are not named: as the total.
   */
  readonly partLimits?: Readonly<Record<string, number>>;
}

interface Kept {
  readonly image: ImageScore;
  readonly verdict: Verdict;
  readonly encoded: EncodedRow;
  readonly bytes: number;
}

/** Mark-up around a picture in the page: caption, description and sizes. */
const MARKUP_BYTES = 320;
/** A training image is shown as small as this. */
const THUMBNAIL = { side: 96, quality: 70 };
/** What all of them may take in the page. Neighbours whose picture does not fit are named without one. */
const THUMBNAIL_BYTES = 1.5e6;

/**
 * Collects the images of a run for its report, one after the other. Pictures are encoded when an image is added, so that
 * nothing larger than the finished page is ever kept; arrays that are passed in are not kept or changed.
 *
 * Of more images than `most`, those called wrongly stay first; of the others a part of every type of defect that covers
 * its scores evenly, the lowest and the highest among them.
 *
 * @example
 * ```ts
 * const builder = new GalleryBuilder({ pixelThreshold: 0.4, imageThreshold: 0.3, expected: rows.length });
 * for (const row of rows) await builder.add(row);
 * const gallery = builder.build();
 * ```
 */
export class GalleryBuilder {
  readonly #options: Required<GalleryOptions> & Pick<Gallery, 'differences'>;
  readonly #budget: ByteBudget;
  readonly #choice: Choice;
  readonly #kept = new Map<string, Kept>();
  readonly #scores = new Map<string, number>();
  readonly #neighbours = new Map<string, readonly TrainingNeighbour[]>();
  readonly #training = new Map<string, EncodedPicture>();
  #wrong = 0;
  #colours = '';

  /** @throws `ReportError` When a threshold or limit is not a finite number of its range, or `most` not a whole number
   * of at least 1. */
  constructor(options: GalleryOptions) {
    const { most = 1000, bytes = 21e6, partLimits = {} } = options;
    const differences = (options.differences ?? []).map((group) => ({ limit: 0.25, ...group }));
    this.#options = { expected: most, ...options, most, bytes, differences, partLimits };
    for (const [what, value, least] of [
      ['pixel threshold', options.pixelThreshold, 0],
      ['image threshold', options.imageThreshold, Number.NEGATIVE_INFINITY],
      ...differences.map(({ key, limit }) => [`limit of the ${key}`, limit, 0] as const),
      ['bytes', bytes, 0],
      ...Object.entries(partLimits).map(([name, limit]) => [`limit of ${name}`, limit, 0] as const),
    ] as const) {
      if (!(Number.isFinite(value) && value >= least)) {
        throw unexpected('range', what, `a number of at least ${least}`, value);
      }
    }
    if (!(Number.isInteger(most) && most >= 1)) {
      throw unexpected('range', 'most', 'a whole number of at least 1', most);
    }
    this.#budget = new ByteBudget(bytes);
    this.#choice = new Choice(most);
  }

  /**
   * Takes in another image; wait for it before the next one.
   *
   * @throws `ReportError` When an array does not fit the row's size, a map holds NaN, the score is not finite, there
   * is not exactly one total map, no image at all, or the id came before.
   */
  async add(row: GalleryRow): Promise<void> {
    expectRow(row);
    const { id, defectType, label, score } = row;
    if (this.#scores.has(id)) throw unexpected('duplicate', 'gallery', 'each image once', `${id} again`);
    const verdict = verdictOf(row, this.#options.imageThreshold);
    this.#scores.set(id, score);
    if (verdict !== 'right') this.#wrong++;
    if (row.neighbours) this.setNeighbours(id, row.neighbours);
    const dropped = this.#choice.add({ id, defectType, score, wrong: verdict !== 'right' });
    if (dropped === id) return;
    if (dropped !== undefined) {
      this.#budget.refund(this.#kept.get(dropped)?.bytes ?? 0);
      this.#kept.delete(dropped);
    }
    const encode = await drawRow(row, this.#options);
    const encoded = await this.#budget.spend(encode, bytesOf, this.#stillToCome());
    const image = { id, defectType, label, score };
    this.#kept.set(id, { image, verdict, encoded, bytes: bytesOf(encoded) });
    if (this.#colours === '') this.#colours = await colourScale();
  }

  /** Whether an image would be shown if no more came: of many, some have to go. */
  has(id: string): boolean {
    return this.#kept.has(id);
  }

  /**
   * Says which anomaly-free training images are nearest to an image, nearest first, instead of what was said before.
   *
   * @throws `ReportError` When the image has not been added.
   */
  setNeighbours(id: string, neighbours: readonly TrainingNeighbour[]): void {
    if (!this.#scores.has(id)) throw unexpected('unknown', 'neighbours', 'an image of the gallery', id);
    const copies = neighbours.map((neighbour) => ({ id: neighbour.id, distance: neighbour.distance }));
    this.#neighbours.set(id, copies);
  }

  /**
   * Gives the picture of a training image that is somebody's neighbour.
   *
   * @param pixels - RGB, `H * W * 3` bytes.
   * @throws `ReportError` When the pixels do not fit the size.
   */
  async setTrainingPicture(id: string, size: Size, pixels: Uint8Array): Promise<void> {
    expectLength(`training image ${id}`, pixels, size, 3);
    this.#training.set(id, await toWebp({ pixels, size }, THUMBNAIL.quality, THUMBNAIL.side));
  }

  /** What the report shows. More images may be added afterwards, for another gallery. */
  build(): Gallery {
    const { imageThreshold, pixelThreshold, differences } = this.#options;
    const descending = Float64Array.from(this.#scores.values()).sort().reverse();
    const images = [...this.#kept.values()].map(
      ({ image, verdict, encoded }): GalleryImage => ({
        ...{ ...image, verdict, ...encoded },
        rank: descending.indexOf(image.score) + 1,
        neighbours: this.#neighbours.get(image.id) ?? [],
      }),
    );
    const isWrong = ({ verdict }: GalleryImage) => Number(verdict !== 'right');
    images.sort((a, b) => isWrong(b) - isWrong(a) || b.score - a.score);
    const near = this.#trainingPicturesOf(images);
    const training = fitting(near);
    return {
      images,
      seen: { images: this.#scores.size, wrong: this.#wrong },
      imageThreshold,
      pixelThreshold,
      differences,
      colours: this.#colours,
      training,
      trainingWithoutRoom: near.length - training.length,
    };
  }

  #trainingPicturesOf(images: readonly GalleryImage[]): Gallery['training'] {
    const named = new Set(images.flatMap(({ neighbours }) => neighbours.map(({ id }) => id)));
    return [...named].flatMap((id) => {
      const picture = this.#training.get(id);
      return picture === undefined ? [] : [{ id, picture }];
    });
  }

  #stillToCome(): number {
    const { expected, most } = this.#options;
    return Math.max(1, Math.min(expected, most) - this.#kept.size);
  }
}

/** Those that find room in the page, those of the first images first. */
function fitting(pictures: Gallery['training']): Gallery['training'] {
  let left = THUMBNAIL_BYTES;
  return pictures.filter(({ picture }) => {
    left -= picture.source.length;
    return left >= 0;
  });
}

function bytesOf({ pictures, details }: EncodedRow): number {
  const bytes = [...pictures, ...details].map(({ picture }) => picture.source.length + MARKUP_BYTES);
  return bytes.reduce((sum, each) => sum + each, 0);
}

function expectRow({ id, size, score, images, maps, mask }: GalleryRow): void {
  if (!Number.isFinite(score)) throw unexpected('not-finite', `score of ${id}`, 'a finite number', score);
  if (images.length === 0) throw unexpected('incomplete', `images of ${id}`, 'the input at least', 'none');
  for (const { name, pixels } of images) expectLength(`${name} of ${id}`, pixels, size, 3);
  const totals = maps.filter(({ group }) => group === 'total').length;
  if (totals !== 1) throw unexpected('incomplete', `maps of ${id}`, 'one total', totals);
  for (const { name, values } of maps) expectLength(`${name} of ${id}`, values, size);
  if (mask) expectLength(`mask of ${id}`, mask, size);
}

/** What is called anomalous when its score reaches the threshold, against what it is. */
function verdictOf({ label, score }: { label: 0 | 1; score: number }, threshold: number): Verdict {
  if (score >= threshold) return label === 1 ? 'right' : 'false alarm';
  return label === 1 ? 'missed' : 'right';
}
