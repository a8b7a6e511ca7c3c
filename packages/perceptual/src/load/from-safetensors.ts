import { headerEnd, LENGTH_BYTES, parseHeader, type SafetensorsHeader } from '../safetensors/header';
import { planSafetensors, type SafetensorsOptions, type SafetensorsPlan } from '../safetensors/plan';
import type { Vgg19Weights } from '../weights';
import { unusable } from '../weights-error';

/** A file of which any part can be had: on a disk, behind a URL, in memory. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** The bytes from `offset` on, as many as asked for; asked for are only bytes that the file has. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/**
 * VGG-19 weights from a `.safetensors` file with torchvision's names (`features.0.weight`, behind any prefix; timm's are
 * the same) or with those that this package writes. Only the header and the bytes of the layers up to conv3_4 are read:
 * 9.3 of torchvision's 574 MB. Values may be F32, F16 or BF16; kernels OIHW are turned to HWIO.
 *
 * @throws WeightsError when the header is malformed, longer than 4 MiB, or does not fit the file; when a layer is missing,
 *   there twice, of another shape or type, or has values that are no finite numbers. What `read` throws passes through.
 *
 * @example
 * const file = { size: blob.size, read: async (at, n) => new Uint8Array(await blob.slice(at, at + n).arrayBuffer()) };
 * const weights = await vgg19WeightsFromSafetensors(file);
 */
export async function vgg19WeightsFromSafetensors(
  file: ByteSource,
  options: SafetensorsOptions = {},
): Promise<Vgg19Weights> {
  return readSafetensors(file, options, 'VGG-19');
}

/** @param unnamed what weights are called that neither the file nor the caller has a name for. */
export async function readSafetensors(
  file: ByteSource,
  options: SafetensorsOptions,
  unnamed: string,
): Promise<Vgg19Weights> {
  const plan = await readPlan(file);
  const bytes = new Uint8Array(plan.ranges.reduce((sum, { begin, end }) => sum + end - begin, 0));
  let filled = 0;
  for (const { begin, end } of plan.ranges) {
    bytes.set(await exactly(file, begin, end - begin), filled);
    filled += end - begin;
  }
  return plan.weights(bytes, { ...options, name: options.name ?? plan.name ?? unnamed });
}

/** Which parts of a safetensors file to read, from its header. */
export async function readPlan(file: ByteSource): Promise<SafetensorsPlan> {
  return planSafetensors(await readHeader(file));
}

/** What a safetensors file says of itself. */
export async function readHeader(file: ByteSource): Promise<SafetensorsHeader> {
  const start = await exactly(file, 0, Math.min(file.size, LENGTH_BYTES));
  const end = headerEnd(start, file.size);
  return parseHeader(await exactly(file, 0, end), file.size);
}

/** @throws WeightsError when fewer bytes come than were asked for. */
export async function exactly(file: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await file.read(offset, length);
  if (bytes.length === length) return bytes;
  throw unusable('size', `${length} bytes from byte ${offset} on, received ${bytes.length}`);
}
