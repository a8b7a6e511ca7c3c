import type { ImageRecord, Size } from '@utad/core';
import { repeatGrey } from '@utad/core';
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

  /** Puts an entry and the pixels of its files together: one channel where image and twin are both grey. */
  recordOf({ id, label, defectType: kind, mask }: ImageEntry, pixels: RolePixels): ImageRecord {
    const area = this.size[0] * this.size[1];
    const isGrey = ({ length }: Uint8Array) => length === area;
    const channels = isGrey(pixels.image) && (pixels.twin === undefined || isGrey(pixels.twin)) ? 1 : 3;
    const laidOut = (values: Uint8Array) => (channels === 3 && isGrey(values) ? repeatGrey(values) : values);
    const maskPixels = mask === 'none' ? new Uint8Array(this.maskSize[0] * this.maskSize[1]) : pixels.mask;
    return {
      id,
      label,
      defectType: kind,
      image: laidOut(pixels.image),
      size: this.size,
      channels,
      ...(maskPixels && { mask: maskPixels, maskSize: this.maskSize }),
      ...(pixels.twin && { cleanTwin: laidOut(pixels.twin) }),
    };
  }
}

/** A record with as many channels as all of its dataset have, grey repeated. */
export function withChannels(record: ImageRecord, channels: 1 | 3): ImageRecord {
  const { image, cleanTwin } = record;
  if (record.channels === channels) return record;
  return {
    ...record,
    channels,
    image: repeatGrey(image),
    ...(cleanTwin && { cleanTwin: repeatGrey(cleanTwin) }),
  };
}

/** Decoded pixels by the part that they play. */
export interface RolePixels {
  readonly image: Uint8Array;
  readonly mask?: Uint8Array;
  readonly twin?: Uint8Array;
}
