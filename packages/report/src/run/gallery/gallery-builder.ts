import type { Size } from '@utad/core';
import { ReportError } from '../../error';
import { expectLength } from '../../pictures/raster';
import { ByteBudget } from './byte-budget';
import { Choice } from './choice';
import { drawRow, type EncodedRow, encodePicture } from './encode-row';
import type { EncodedPicture, Gallery, GalleryImage } from './gallery';
import type { GalleryRow, Neighbour } from './gallery-row';
import { type Verdict, verdictOf } from './verdict';

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
  /** The value of `|x - m|` that is drawn lightest; images are in [0, 1]. Default 0.25. */
  readonly repairLimit?: number;
  /**
   * The value of each part of the map, layer or pair, that is drawn lightest, by its name: parts differ in size by orders of
   * magnitude, and one scale leaves most of them black. The same for all images, so that rows can be compared. A high
   * quantile of the part over the pixels of some images does well. Default, also for parts that are not named: as the total.
   */
  readonly partLimits?: Readonly<Record<string, number>>;
}

interface Kept {
  readonly row: Omit<GalleryRow, 'images' | 'maps' | 'mask' | 'neighbours' | 'size'>;
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
  readonly #options: Required<GalleryOptions>;
  readonly #budget: ByteBudget;
  readonly #choice: Choice;
  readonly #kept = new Map<string, Kept>();
  readonly #scores = new Map<string, number>();
  readonly #neighbours = new Map<string, readonly Neighbour[]>();
  readonly #training = new Map<string, EncodedPicture>();
  #wrong = 0;

  /** @throws {@link ReportError} When a threshold or limit is not a finite number of its range, or `most` not a whole number
   * of at least 1. */
  constructor(options: GalleryOptions) {
    const { most = 1000, bytes = 21e6, repairLimit = 0.25, partLimits = {} } = options;
    this.#options = { expected: most, ...options, most, bytes, repairLimit, partLimits };
    for (const [what, value, least] of [
      ['pixel threshold', options.pixelThreshold, 0],
      ['image threshold', options.imageThreshold, Number.NEGATIVE_INFINITY],
      ['limit of the repair', repairLimit, 0],
      ['bytes', bytes, 0],
      ...Object.entries(partLimits).map(([name, limit]) => [`limit of ${name}`, limit, 0] as const),
    ] as const) {
      if (!(Number.isFinite(value) && value >= least)) {
        throw new ReportError(`${what}: expected a number of at least ${least}, received ${value}`);
      }
    }
    if (!(Number.isInteger(most) && most >= 1)) {
      throw new ReportError(`most: expected a whole number of at least 1, received ${most}`);
    }
    this.#budget = new ByteBudget(bytes);
    this.#choice = new Choice(most);
  }

  /**
   * Takes in another image; wait for it before the next one.
   *
   * @throws {@link ReportError} When an array does not fit the row's size, a map holds NaN, the score is not finite, there
   * is not exactly one total map, no image at all, or the id came before.
   */
  async add(row: GalleryRow): Promise<void> {
    expectRow(row);
    const { id, defectType: kind, label, score } = row;
    if (this.#scores.has(id))
      throw new ReportError(`gallery: expected each image once, received ${id} again`);
    const verdict = verdictOf(row, this.#options.imageThreshold);
    this.#scores.set(id, score);
    if (verdict !== 'right') this.#wrong++;
    if (row.neighbours) this.setNeighbours(id, row.neighbours);
    const dropped = this.#choice.add({ id, defectType: kind, score, wrong: verdict !== 'right' });
    if (dropped === id) return;
    if (dropped !== undefined) {
      this.#budget.refund(this.#kept.get(dropped)?.bytes ?? 0);
      this.#kept.delete(dropped);
    }
    const drawn = await drawRow(row, this.#options);
    const encoded = await this.#budget.spend(drawn.encode, bytesOf, this.#stillToCome());
    this.#kept.set(id, {
      row: { id, defectType: kind, label, score },
      verdict,
      encoded,
      bytes: bytesOf(encoded),
    });
  }

  /** Whether an image would be shown if no more came: of many, some have to go. */
  has(id: string): boolean {
    return this.#kept.has(id);
  }

  /**
   * Says which anomaly-free training images are nearest to an image, nearest first, instead of what was said before.
   *
   * @throws {@link ReportError} When the image has not been added.
   */
  setNeighbours(id: string, neighbours: readonly Neighbour[]): void {
    if (!this.#scores.has(id))
      throw new ReportError(`neighbours: expected an image of the gallery, received ${id}`);
    this.#neighbours.set(
      id,
      neighbours.map((neighbour) => ({ id: neighbour.id, distance: neighbour.distance })),
    );
  }

  /**
   * Gives the picture of a training image that is somebody's neighbour.
   *
   * @param pixels - RGB, `H * W * 3` bytes.
   * @throws {@link ReportError} When the pixels do not fit the size.
   */
  async setTrainingPicture(id: string, size: Size, pixels: Uint8Array): Promise<void> {
    expectLength(`training image ${id}`, pixels, size, 3);
    this.#training.set(id, await encodePicture({ pixels, size }, THUMBNAIL.side, THUMBNAIL.quality));
  }

  /** What the report shows. More images may be added afterwards, for another gallery. */
  build(): Gallery {
    const { imageThreshold, pixelThreshold, repairLimit } = this.#options;
    const scores = Float64Array.from(this.#scores.values()).sort();
    const images = [...this.#kept.values()].map(
      ({ row, verdict, encoded }): GalleryImage => ({
        ...row,
        verdict,
        rank: scores.length - countUpTo(scores, row.score) + 1,
        ...encoded,
        neighbours: this.#neighbours.get(row.id) ?? [],
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
      repairLimit,
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

/** How many of the sorted scores are at most `score`. */
function countUpTo(sorted: Float64Array, score: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= score) low = middle + 1;
    else high = middle;
  }
  return low;
}

function bytesOf({ pictures, details }: EncodedRow): number {
  return [...pictures, ...details].reduce(
    (sum, { picture }) => sum + picture.source.length + MARKUP_BYTES,
    0,
  );
}

function expectRow({ id, size, score, images, maps, mask }: GalleryRow): void {
  if (!Number.isFinite(score))
    throw new ReportError(`score of ${id}: expected a finite number, received ${score}`);
  if (images.length === 0)
    throw new ReportError(`images of ${id}: expected the input at least, received none`);
  for (const { name, pixels } of images) expectLength(`${name} of ${id}`, pixels, size, 3);
  const totals = maps.filter(({ group }) => group === 'total').length;
  if (totals !== 1) throw new ReportError(`maps of ${id}: expected one total, received ${totals}`);
  for (const { name, values } of maps) expectLength(`${name} of ${id}`, values, size);
  if (mask) expectLength(`mask of ${id}`, mask, size);
}
