import { ImageError } from '../../errors';

/** What is refused before anything is decoded. */
export interface ImageLimits {
  /** Pixels that an image's header may claim. Default 2 ** 28, more than any camera gives. */
  readonly pixels?: number;
  /** Bytes that an image file may have. Default 2 ** 30. */
  readonly bytes?: number;
}

const MOST_PIXELS = 2 ** 28;
const MOST_BYTES = 2 ** 30;

/** The limits with their defaults. */
export function limitsOf({
  pixels = MOST_PIXELS,
  bytes = MOST_BYTES,
}: ImageLimits = {}): Required<ImageLimits> {
  return { pixels, bytes };
}

/** @throws ImageError unless a file of so many bytes may be decoded. */
export function checkBytes(bytes: number, path: string, limits?: ImageLimits): void {
  if (bytes === 0) throw new ImageError(path, '0 bytes');
  const most = limitsOf(limits).bytes;
  if (bytes > most) throw new ImageError(path, `${bytes} bytes (more than the limit of ${most})`);
}
