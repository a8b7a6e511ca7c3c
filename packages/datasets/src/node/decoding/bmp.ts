/**
 * An uncompressed BMP as rows from top to bottom, RGB.
 *
 * The libraries for this format read some of its plain variants wrongly: bmp-ts 1.0.9 starts at the end of the header
 * rather than where the file says, and ends a 4-bit image of odd width after its first row; fast-bmp 4.0.1 takes
 * palettes for greys and puts images that are stored from the top upside down.
 */
export interface Bmp {
  readonly width: number;
  readonly height: number;
  /** `height * width * 3` bytes, RGB. */
  readonly pixels: Uint8Array;
  /** Whether all pixels are greys. */
  readonly grey: boolean;
}

const FILE_HEADER = 14;
const BITMAP_INFO_HEADER = 40;
const UNCOMPRESSED = 0;
const BIT_FIELDS = 3;

/** Whether bytes begin as a BMP does. */
export function isBmp(file: Uint8Array): boolean {
  return file[0] === 0x42 && file[1] === 0x4d;
}

/**
 * Reads an uncompressed BMP of 1, 4, 8, 24 or 32 bits a pixel; an alpha channel is left out, as most programs do.
 *
 * @param mostPixels An image that claims more is refused before anything is laid out for it.
 * @throws Error with the reason in a few words.
 */
export function readBmp(file: Uint8Array, mostPixels: number): Bmp {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < FILE_HEADER + BITMAP_INFO_HEADER) throw new Error('BMP ends in its header');
  const headerBytes = view.getUint32(FILE_HEADER, true);
  if (headerBytes < BITMAP_INFO_HEADER) throw new Error(`BMP with a header of ${headerBytes} bytes`);
  const [width, signedHeight] = [view.getInt32(18, true), view.getInt32(22, true)];
  const [bits, compression] = [view.getUint16(28, true), view.getUint32(30, true)];
  const height = Math.abs(signedHeight);
  if (width < 1 || height < 1) throw new Error(`BMP of ${height}x${width} pixels`);
  if (width * height > mostPixels) throw new Error(`BMP of ${height}x${width} pixels exceeds pixel limit`);

  const start = view.getUint32(10, true);
  const stride = 4 * Math.ceil((width * bits) / 32);
  const read = pixelReader(view, { bits, compression, headerBytes });
  if (start + stride * height > file.length) throw new Error('BMP ends before its last row');
  const pixels = new Uint8Array(width * height * 3);
  let grey = true;
  for (let row = 0, next = 0; row < height; row++) {
    const stored = signedHeight < 0 ? row : height - 1 - row;
    for (let column = 0; column < width; column++) {
      const colour = read(start + stored * stride, column);
      const [red, green, blue] = [(colour >>> 16) & 255, (colour >>> 8) & 255, colour & 255];
      grey &&= red === green && green === blue;
      pixels[next++] = red;
      pixels[next++] = green;
      pixels[next++] = blue;
    }
  }
  return { width, height, pixels, grey };
}

interface Coding {
  readonly bits: number;
  readonly compression: number;
  readonly headerBytes: number;
}

/** Gives a function that reads the colour of a column of the row that starts at an offset: `0xRRGGBB`. */
function pixelReader(view: DataView, coding: Coding): (row: number, column: number) => number {
  const { bits, compression } = coding;
  if (bits === 32 && (compression === UNCOMPRESSED || compression === BIT_FIELDS)) {
    const masks = compression === BIT_FIELDS && [54, 58, 62].map((at) => view.getUint32(at, true));
    if (masks && masks.join() !== [0xff0000, 0xff00, 0xff].join()) {
      throw new Error('BMP whose channels lie in other bits than RGB do');
    }
    return (row, column) => view.getUint32(row + 4 * column, true);
  }
  if (compression !== UNCOMPRESSED) throw new Error('compressed BMP');
  if (bits === 24) {
    return (row, column) =>
      view.getUint16(row + 3 * column, true) | (view.getUint8(row + 3 * column + 2) << 16);
  }
  if (bits !== 1 && bits !== 4 && bits !== 8) throw new Error(`BMP of ${bits} bits a pixel`);
  const palette = paletteOf(view, coding);
  const perByte = 8 / bits;
  return (row, column) => {
    const byte = view.getUint8(row + Math.floor(column / perByte));
    const index = (byte >>> (8 - bits * ((column % perByte) + 1))) & (2 ** bits - 1);
    const colour = palette[index];
    if (colour === undefined) throw new Error(`BMP with colour ${index} of a palette of ${palette.length}`);
    return colour;
  };
}

function paletteOf(view: DataView, { bits, headerBytes }: Coding): number[] {
  const named = view.getUint32(46, true);
  const colours = named === 0 ? 2 ** bits : named;
  const start = FILE_HEADER + headerBytes;
  if (colours > 2 ** bits || start + 4 * colours > view.byteLength)
    throw new Error('BMP ends in its palette');
  return Array.from({ length: colours }, (_, index) => view.getUint32(start + 4 * index, true) & 0xffffff);
}
