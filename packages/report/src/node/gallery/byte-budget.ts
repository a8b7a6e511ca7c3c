/** How pictures are encoded. */
export interface PictureQuality {
  /** Longer side of input, intermediate images, anomaly map and segmentation; never more than they have. */
  readonly side: number;
  /** Longer side of the parts of the map, which are smooth, and shown small. */
  readonly partSide: number;
  /** Of WebP, 1 to 100. */
  readonly quality: number;
}

/** From the best to the smallest; a row takes about half of the bytes of the one before. */
const STEPS: readonly PictureQuality[] = [
  { side: 384, partSide: 192, quality: 85 },
  { side: 320, partSide: 160, quality: 80 },
  { side: 256, partSide: 128, quality: 78 },
  { side: 192, partSide: 112, quality: 75 },
  { side: 160, partSide: 96, quality: 70 },
  { side: 128, partSide: 96, quality: 68 },
  { side: 112, partSide: 80, quality: 60 },
  { side: 96, partSide: 64, quality: 55 },
  { side: 80, partSide: 48, quality: 45 },
  { side: 64, partSide: 40, quality: 35 },
  { side: 48, partSide: 32, quality: 25 },
];

/** An image may take this much of its share, since others take less; else one rich image would lower all that follow. */
const TOLERANCE = 1.25;

/**
 * Divides the bytes that pictures may take among images that come one after the other. Quality only ever sinks, and only
 * when an image takes more than its share of what is left, so that most pictures of a page look alike.
 */
export class ByteBudget {
  #left: number;
  #step = 0;

  /** @param bytes - What all pictures of the page may take as they stand in the file. */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  /**
   * Encodes the pictures of one image within its share.
   *
   * @param encode - May be called several times, with ever lower quality.
   * @param stillToCome - Images that the rest has to do for, this one included.
   */
  async spend<T>(
    encode: (quality: PictureQuality) => Promise<T>,
    bytesOf: (encoded: T) => number,
    stillToCome: number,
  ): Promise<T> {
    const share = (TOLERANCE * this.#left) / stillToCome;
    for (;;) {
      const quality = STEPS[this.#step];
      if (quality === undefined) throw new RangeError(`step ${this.#step} of ${STEPS.length}`);
      const encoded = await encode(quality);
      const bytes = bytesOf(encoded);
      // What is no better at the last step stays: it is a few kilobytes, whatever is in the picture.
      if (bytes <= share || this.#step === STEPS.length - 1) {
        this.#left -= bytes;
        return encoded;
      }
      this.#step++;
    }
  }

  /** Gives back what an image took that is not shown after all. */
  refund(bytes: number): void {
    this.#left += bytes;
  }
}
