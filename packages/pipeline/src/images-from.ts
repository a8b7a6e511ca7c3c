import { type ImageBatch, type PixelLayout, repeatGrey, resizeImage, type Size } from '@utad/core';

/** Bytes of an image, row by row, channels last: RGBA as `ImageData` has them, RGB, or grey, by their number. */
export interface PixelData {
  /** `height * width` times 4, 3 or 1 values from 0 to 255. */
  readonly data: Uint8Array | Uint8ClampedArray;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
}

/** What a browser draws from. The names are those of its own classes, of which Node has none. */
export type Drawable = HTMLImageElement | HTMLCanvasElement | OffscreenCanvas | ImageBitmap;

/** What {@link imagesFrom} takes: one image, or a batch of them. */
export type ImageSource = Drawable | PixelData | Blob | ImageBatch;

/** What is wrong with an image that was handed in. */
export type InputImageErrorCode =
  /** It is nothing that an image can be made of. */
  | 'kind'
  /** Its sides or channels, or the number of its values, are no image's. */
  | 'shape'
  /** The browser does not give its pixels: it did not load, or comes from another origin without CORS. */
  | 'unreadable';

/** An image that can't be used as input. `code` is for code, `message` for people. */
export class InputImageError extends Error {
  override readonly name = 'InputImageError';

  constructor(
    /** What is wrong. */
    readonly code: InputImageErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** More pixels than any camera gives, and than a canvas holds. */
const MOST_PIXELS = 2 ** 28;

/**
 * Images as a detector takes them, from what a browser or a decoder has: the bytes that `@utad/datasets` makes of the same
 * image, resized as it resizes those that a detector learns from. Grey is repeated over the three channels; transparent parts
 * are laid over black.
 *
 * @param source an `HTMLImageElement` (waited for), a canvas, an `ImageBitmap`, an `ImageData` or bytes laid out as one, a
 *   `Blob` of an image file where the platform decodes them, or an {@link ImageBatch}.
 * @param size height and width to resize to, the detector's `inputSize`.
 * @throws InputImageError that says what was expected.
 *
 * @example
 * const prediction = await detector.predict(await imagesFrom(canvas, detector.inputSize));
 */
export async function imagesFrom(source: ImageSource, size: Size): Promise<ImageBatch> {
  if (isBatch(source)) return resizedBatch(source, size);
  const { data, width, height } = await pixelsOf(source);
  const resized = resizeImage(opaque(data, height, width), layoutOf(data.length, height, width), size);
  const rgb = resized.length === size[0] * size[1] * 3 ? resized : repeatGrey(resized);
  return { data: rgb, shape: [1, size[0], size[1], 3] };
}

async function pixelsOf(source: unknown): Promise<PixelData> {
  if (typeof source === 'object' && source !== null) {
    if (typeof Blob !== 'undefined' && source instanceof Blob) return drawn(await decoded(source));
    if (isDrawable(source)) return drawn(source);
    if (isPixelData(source)) return checked(source);
  }
  throw new InputImageError(
    'kind',
    `imagesFrom: expected an image, a canvas, an ImageBitmap, an ImageData, a Blob or a batch, received ${describe(source)}`,
  );
}

/** @throws InputImageError `unreadable` where this platform decodes no images, or not this one. */
async function decoded(blob: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(blob);
  } catch (cause) {
    const what = `a Blob of ${blob.type || 'no type'}`;
    throw new InputImageError('unreadable', `imagesFrom: expected an image file, received ${what}`, {
      cause,
    });
  }
}

/** Told by what it can do rather than by its class, which another window has a copy of. */
function isDrawable(source: object): source is Drawable {
  return 'naturalWidth' in source || 'getContext' in source || ('width' in source && 'close' in source);
}

function isPixelData(source: object): source is PixelData {
  return 'data' in source && 'width' in source && 'height' in source;
}

/**
 * The pixels of what a browser draws, in its own size, transparent parts over black.
 *
 * @throws InputImageError `unreadable` when an image did not load, or its origin keeps its pixels from this page.
 */
async function drawn(source: Drawable): Promise<PixelData> {
  if ('naturalWidth' in source) await loaded(source);
  const [width, height] =
    'naturalWidth' in source ? [source.naturalWidth, source.naturalHeight] : [source.width, source.height];
  checkSides(width, height);
  const context = opaqueContext(width, height);
  context.drawImage(source, 0, 0);
  try {
    return context.getImageData(0, 0, width, height);
  } catch (cause) {
    throw new InputImageError(
      'unreadable',
      'imagesFrom: expected an image that this page may read, received one of another origin without CORS',
      { cause },
    );
  }
}

async function loaded(image: HTMLImageElement): Promise<void> {
  try {
    await image.decode();
  } catch (cause) {
    const what = image.currentSrc || image.src || 'none';
    // Addresses that hold the image itself are long and say nothing.
    const shown = what.startsWith('data:') ? 'a data URL' : what;
    throw new InputImageError('unreadable', `imagesFrom: expected an image that loads, received ${shown}`, {
      cause,
    });
  }
}

/** Without an alpha channel what is drawn lies on black. */
function opaqueContext(
  width: number,
  height: number,
): CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D {
  const context = newContext(width, height, { alpha: false, willReadFrequently: true });
  if (context !== null) return context;
  throw new InputImageError(
    'unreadable',
    `imagesFrom: expected an image that fits a canvas, received ${height}x${width}`,
  );
}

function newContext(width: number, height: number, options: CanvasRenderingContext2DSettings) {
  if (typeof OffscreenCanvas !== 'undefined') {
    return new OffscreenCanvas(width, height).getContext('2d', options);
  }
  const canvas = document.createElement('canvas');
  return Object.assign(canvas, { width, height }).getContext('2d', options);
}

/** @throws InputImageError `shape` when it has no pixels, or more than any camera gives. */
function checkSides(width: number, height: number): void {
  const whole = Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0;
  if (whole && width * height <= MOST_PIXELS) return;
  throw new InputImageError(
    'shape',
    `imagesFrom: expected an image of 1 to ${MOST_PIXELS} pixels, received ${height}x${width}`,
  );
}

function isBatch(source: unknown): source is ImageBatch {
  return typeof source === 'object' && source !== null && 'shape' in source;
}

function resizedBatch({ data, shape }: ImageBatch, size: Size): ImageBatch {
  const [batch, height, width] = shape;
  const length = height * width * 3;
  if (data.length !== batch * length) {
    throw new InputImageError(
      'shape',
      `imagesFrom: expected ${batch * length} bytes for a batch [${shape}], received ${data.length}`,
    );
  }
  if (height === size[0] && width === size[1]) return { data, shape };
  const resized = new Uint8Array(batch * size[0] * size[1] * 3);
  for (let index = 0; index < batch; index++) {
    const image = data.subarray(index * length, (index + 1) * length);
    resized.set(resizeImage(image, { height, width, channels: 3 }, size), index * size[0] * size[1] * 3);
  }
  return { data: resized, shape: [batch, size[0], size[1], 3] };
}

function checked(source: PixelData): PixelData {
  const { data, width, height } = source;
  checkSides(width, height);
  const channels = data.length / (width * height);
  const bytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  if (bytes && (channels === 4 || channels === 3 || channels === 1)) return source;
  throw new InputImageError(
    'shape',
    `imagesFrom: expected 4, 3 or 1 bytes for each of ${height}x${width} pixels, received ${data.length} values in ${describe(data)}`,
  );
}

/** Once transparent parts lie over black, RGBA is RGB. */
function layoutOf(values: number, height: number, width: number): PixelLayout {
  return { height, width, channels: values === height * width ? 1 : 3 };
}

/** RGB or grey as it is; RGBA over black. */
function opaque(data: PixelData['data'], height: number, width: number): Uint8Array {
  const pixels = height * width;
  if (data.length !== pixels * 4) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  const rgb = new Uint8Array(pixels * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const alpha = data[from + 3] ?? 0;
    for (let channel = 0; channel < 3; channel++) {
      rgb[to++] = Math.floor(((data[from + channel] ?? 0) * alpha) / 255); // as the loaders do
    }
  }
  return rgb;
}

function describe(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
