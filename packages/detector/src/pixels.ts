import { InputImageError } from './input-image-error';

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

/** More pixels than any camera gives, and than a canvas holds. */
const MOST_PIXELS = 2 ** 28;

/** Told by what it can do rather than by its class, which another window has a copy of. */
export function isDrawable(source: object): source is Drawable {
  return 'naturalWidth' in source || 'getContext' in source || ('width' in source && 'close' in source);
}

export function isPixelData(source: object): source is PixelData {
  return 'data' in source && 'width' in source && 'height' in source;
}

/**
 * The pixels of what a browser draws, in its own size, transparent parts over black.
 *
 * @throws InputImageError `unreadable` when an image did not load, or its origin keeps its pixels from this page.
 */
export async function drawn(source: Drawable): Promise<PixelData> {
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
export function checkSides(width: number, height: number): void {
  const whole = Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0;
  if (whole && width * height <= MOST_PIXELS) return;
  throw new InputImageError(
    'shape',
    `imagesFrom: expected an image of 1 to ${MOST_PIXELS} pixels, received ${height}x${width}`,
  );
}
