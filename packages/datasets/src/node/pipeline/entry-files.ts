import type { ImageRecord, Size } from '@utad/training';
import type { ImageLimits } from '../decoding/limits';
import type { ImageEntry } from './image-entry';
import { type Decoder, imageDecoder, maskDecoder } from './part-source';

/** One of the files that make a record. */
export interface EntryFile {
  readonly role: 'image' | 'mask' | 'twin';
  readonly path: string;
  readonly decoder: Decoder;
}

/** How the files of a dataset are decoded. */
export class Decoders {
  readonly images: Decoder;
  private readonly masks = new Map<number, Decoder>();

  constructor(
    readonly size: Size,
    readonly maskSize: Size,
    readonly limits: ImageLimits | undefined,
  ) {
    this.images = imageDecoder(size, limits);
  }

  masksAbove(threshold = 127): Decoder {
    const decoder = this.masks.get(threshold) ?? maskDecoder(this.maskSize, threshold, this.limits);
    this.masks.set(threshold, decoder);
    return decoder;
  }

  /** The files of an entry, the image first; always the same ones in the same order. */
  filesOf({ path, mask, cleanTwinPath }: ImageEntry): EntryFile[] {
    const files: EntryFile[] = [{ role: 'image', path, decoder: this.images }];
    if (mask !== undefined && mask !== 'none') {
      files.push({ role: 'mask', path: mask.path, decoder: this.masksAbove(mask.threshold) });
    }
    if (cleanTwinPath !== undefined) files.push({ role: 'twin', path: cleanTwinPath, decoder: this.images });
    return files;
  }

  /** Puts an entry and the pixels of its files together. */
  recordOf({ id, label, kind, mask }: ImageEntry, pixels: RolePixels): ImageRecord {
    const { image, twin } = pixels;
    const maskPixels = mask === 'none' ? new Uint8Array(this.maskSize[0] * this.maskSize[1]) : pixels.mask;
    return {
      id,
      label,
      kind,
      image,
      size: this.size,
      channels: 3,
      ...(maskPixels && { mask: maskPixels, maskSize: this.maskSize }),
      ...(twin && { cleanTwin: twin }),
    };
  }
}

/** Decoded pixels by the part that they play. */
export interface RolePixels {
  readonly image: Uint8Array;
  readonly mask?: Uint8Array;
  readonly twin?: Uint8Array;
}
