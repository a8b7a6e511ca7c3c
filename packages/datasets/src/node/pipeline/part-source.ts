import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type ImageRecord, repeatGrey, type Size } from '@utad/core';
import sharp from 'sharp';
import { DatasetError, ImageError } from '../../errors';
import {
  channelsOf,
  type DecodedPixels,
  decodeMaskPixels,
  decodePixels,
  imagePixels,
  maskPixels,
  shrinks,
} from '../decoding/decode';
import { HIGHEST_WHITE_LEVEL } from '../decoding/white-level';
import {
  CHANGE,
  type FileState,
  type HeadedImage,
  type ImageLimits,
  imageFileState,
  knownImage,
  oneLine,
  readImageFile,
} from '../decoding/with-image';
import type { CacheSetting, DecodedCache } from './cache/decoded-cache';
import type { FoundFile } from './cache/open-caches';
import type { ImageEntry } from './image-entry';

/** Raised when the same file would give other pixels; the cache holds those of one version alone. */
const DECODING_VERSION = 3;

/**
 * The version of decoding since which an image of this size has had its pixels: 2, or 3 where 2 let the decoder shrink it, or
 * shrank it before it was turned or reduced to 8 bits. Fingerprints hold it, so that they change with the pixels alone.
 */
export function pixelsVersion({ changes, fileSize }: Omit<KnownPart, 'checksum'>, size: Size): 2 | 3 {
  const changed = changes & (CHANGE.shrinkOnLoad | CHANGE.turned | CHANGE.deep);
  return changed !== 0 && shrinks(fileSize, size) ? 3 : 2;
}

/** What is known of a file of an open dataset. */
export interface KnownPart {
  /** CRC-32 of its pixels. */
  readonly checksum: number;
  /** Height and width in the file, turned. */
  readonly fileSize: Size;
  /** Bits of `CHANGE`. */
  readonly changes: number;
}

/** How files of one sort are decoded, whether images or masks. */
interface Decoder {
  /** Of the cache: says everything that decides the bytes. */
  readonly setting: CacheSetting;
  decode(file: Uint8Array, path: string): Promise<DecodedPixels>;
  /** How many bytes of pixels a file has that was decoded with these changes. */
  bytesWith(changes: number): number;
  /** Decodes an image whose header was read before. */
  render(headed: HeadedImage): Promise<DecodedPixels>;
}

/** Raised when slots of the cache hold other bytes for the same pixels. */
const SLOT_VERSION = 2;
const VERSIONS = `v${DECODING_VERSION}-slots-${SLOT_VERSION}-vips-${sharp.versions.vips}`;

/** Decodes images to RGB, or grey, of one size. */
function imageDecoder(size: Size, limits: ImageLimits | undefined, whiteLevel: number | undefined): Decoder {
  const levelled = whiteLevel !== undefined && whiteLevel !== HIGHEST_WHITE_LEVEL;
  const white = levelled ? `-white-${whiteLevel}` : '';
  const options = { ...limits, ...(whiteLevel !== undefined && { whiteLevel }) };
  return {
    setting: { name: `image-${size.join('x')}${white}-${VERSIONS}`, slotBytes: size[0] * size[1] * 3 },
    decode: (file, path) => decodePixels(file, path, size, options),
    bytesWith: (changes) => size[0] * size[1] * channelsOf(changes),
    render: (headed) => imagePixels(headed, size, whiteLevel),
  };
}

/** Raised when the same mask would give other pixels, or other facts. */
const MASK_VERSION = 2;

/** Decodes masks to 0 and 1; without a threshold as their values say. */
function maskDecoder(size: Size, threshold: number | undefined, limits: ImageLimits | undefined): Decoder {
  const how = threshold === undefined ? 'by-values' : `above-${threshold}`;
  return {
    setting: {
      name: `mask-${size.join('x')}-${how}-m${MASK_VERSION}-${VERSIONS}`,
      slotBytes: size[0] * size[1],
    },
    decode: (file, path) => decodeMaskPixels(file, path, { size, threshold, limits }),
    bytesWith: () => size[0] * size[1],
    render: (headed) => maskPixels(headed, size, threshold),
  };
}

/** What opening finds out about one file. */
export type OpenedPart = FoundFile;

/**
 * Looks a file up in the cache, by its state and then by its content, and decodes it where it is not there.
 *
 * @throws ImageError
 */
export async function openPart(
  path: string,
  { decode }: Decoder,
  cache: DecodedCache | undefined,
  limits: ImageLimits | undefined,
): Promise<OpenedPart> {
  const state = await imageFileState(path);
  const known = cache?.digestOf(path, state);
  const digestAndHit = known && cache?.find(known);
  if (digestAndHit) return opened(path, state, digestAndHit);
  const file = await readImageFile(path, limits, state);
  const digest = sha256(file);
  const hit = cache?.find(digest);
  if (hit) return opened(path, state, hit);
  const { pixels, fileSize, changes } = await decode(file, path);
  return { path, state, digest, fileSize, changes, from: { pixels } };
}

type Hit = NonNullable<ReturnType<DecodedCache['find']>>;

function opened(path: string, state: FileState, { digest, fileSize, changes, place }: Hit): OpenedPart {
  return { path, state, digest, fileSize, changes, from: { place } };
}

/**
 * Decodes a file once more. All of it is one piece of work outside this thread, which goes on while a step of training
 * holds it; but for a BMP, for what is shrunk from 16 bits or turned, which is two, and for what has a white level.
 *
 * @throws DatasetError `changed` when the pixels are others than they were.
 * @throws ImageError
 */
export async function decodeAgain(
  path: string,
  decoder: Decoder,
  known: KnownPart,
  limits: ImageLimits | undefined,
): Promise<Uint8Array> {
  const { pixels } = await redone(path, decoder, known, limits);
  if (crc32(pixels) === known.checksum) return pixels;
  const message = `expected ${path} as it was when the dataset was opened, found it changed`;
  throw new DatasetError('changed', message);
}

async function redone(
  path: string,
  { decode, render }: Decoder,
  known: KnownPart,
  limits: ImageLimits | undefined,
): Promise<DecodedPixels> {
  if ((known.changes & CHANGE.bmp) !== 0) return decode(await readImageFile(path, limits), path);
  try {
    return await render(knownImage(path, known, limits));
  } catch (error) {
    throw new ImageError(path, oneLine(error), { cause: error });
  }
}

const sha256 = (file: Uint8Array): Buffer => createHash('sha256').update(file).digest();

/** One of the files that make a record. */
export interface EntryFile {
  readonly role: 'image' | 'mask' | 'twin';
  readonly path: string;
  readonly decoder: Decoder;
}

/** How the files of a dataset are decoded. */
export class Decoders {
  readonly images: Decoder;
  private readonly masks = new Map<number | undefined, Decoder>();

  /**
   * @param maskThreshold Of all masks, whatever their entries say.
   * @param whiteLevel Of images of more than 8 bits.
   */
  constructor(
    readonly size: Size,
    readonly maskSize: Size,
    readonly limits: ImageLimits | undefined,
    private readonly maskThreshold?: number,
    whiteLevel?: number,
  ) {
    this.images = imageDecoder(size, limits, whiteLevel);
  }

  /** Above which value a mask marks; undefined where its values decide. */
  thresholdOf({ threshold }: { readonly threshold?: number }): number | undefined {
    return this.maskThreshold ?? threshold;
  }

  private masksAbove(threshold: number | undefined): Decoder {
    const decoder = this.masks.get(threshold) ?? maskDecoder(this.maskSize, threshold, this.limits);
    this.masks.set(threshold, decoder);
    return decoder;
  }

  /** The files of an entry, the image first; always the same ones in the same order. */
  filesOf({ path, mask, cleanTwinPath }: ImageEntry): EntryFile[] {
    const files: EntryFile[] = [{ role: 'image', path, decoder: this.images }];
    if (mask !== undefined && mask !== 'none') {
      files.push({ role: 'mask', path: mask.path, decoder: this.masksAbove(this.thresholdOf(mask)) });
    }
    if (cleanTwinPath !== undefined) files.push({ role: 'twin', path: cleanTwinPath, decoder: this.images });
    return files;
  }

  /** Puts an entry and the pixels of its files together: one channel where image and twin are both grey. */
  recordOf({ id, label, defectType, mask }: ImageEntry, pixels: RolePixels): ImageRecord {
    const area = this.size[0] * this.size[1];
    const isGrey = ({ length }: Uint8Array) => length === area;
    const channels = isGrey(pixels.image) && (pixels.twin === undefined || isGrey(pixels.twin)) ? 1 : 3;
    const laidOut = (values: Uint8Array) => (channels === 3 && isGrey(values) ? repeatGrey(values) : values);
    const maskPixels = mask === 'none' ? new Uint8Array(this.maskSize[0] * this.maskSize[1]) : pixels.mask;
    return {
      id,
      label,
      defectType,
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
