import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Size } from '@utad/core';
import sharp from 'sharp';
import { DatasetError, ImageError } from '../../errors';
import { CHANGE } from '../decoding/changes';
import {
  channelsOf,
  type DecodedPixels,
  decodeMaskPixels,
  decodePixels,
  imagePixels,
  maskPixels,
} from '../decoding/decode';
import type { ImageLimits } from '../decoding/limits';
import { type FileState, imageFileState, readImageFile } from '../decoding/read-image-file';
import { type HeadedImage, knownImage, oneLine } from '../decoding/with-image';
import type { CacheSetting, DecodedCache } from './cache/decoded-cache';
import type { FoundFile } from './cache/open-caches';
import type { KnownPart } from './part-table';

/** Raised when the same file would give other pixels. */
export const DECODING_VERSION = 2;

/** How files of one sort are decoded, whether images or masks. */
export interface Decoder {
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
export function imageDecoder(size: Size, limits: ImageLimits | undefined): Decoder {
  return {
    setting: { name: `image-${size.join('x')}-${VERSIONS}`, slotBytes: size[0] * size[1] * 3 },
    decode: (file, path) => decodePixels(file, path, size, limits),
    bytesWith: (changes) => size[0] * size[1] * channelsOf(changes),
    render: (headed) => imagePixels(headed, size),
  };
}

/** Decodes masks to 0 and 1. */
export function maskDecoder(size: Size, threshold: number, limits: ImageLimits | undefined): Decoder {
  return {
    setting: { name: `mask-${size.join('x')}-above-${threshold}-${VERSIONS}`, slotBytes: size[0] * size[1] },
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
 * Decodes a file once more. All of it but for a BMP is one piece of work outside this thread, which goes on while a step
 * of training holds it.
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
  throw new DatasetError(
    'changed',
    `expected ${path} as it was when the dataset was opened, found it changed`,
  );
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
