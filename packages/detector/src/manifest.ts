import * as z from 'zod';
import { BundleError } from './bundle-error';
import type { BundleManifest } from './bundle-manifest';
import { sha256 } from './hash';

/** Name of the file that says what the others of a bundle are. */
export const MANIFEST_FILE = 'utad.json';

/** A name that stays in its folder: no absolute path, no `..`, no drive. */
const fileName = z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[\w-][\w.-]*(\/[\w-][\w.-]*)*$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const side = z.number().int().min(1).max(8192);

const schema = z.strictObject({
  format: z.literal(1),
  kind: z.string().min(1),
  config: z.unknown(),
  inputSize: z.tuple([side, side]),
  score: z.strictObject({ reduction: z.enum(['mean', 'max']) }),
  thresholds: z.strictObject({ image: z.number(), pixel: z.number(), images: z.number().int() }),
  training: z.strictObject({
    dataset: z.string(),
    category: z.string().nullable(),
    images: z.number().int(),
    fingerprint: z.string(),
    seed: z.number().int(),
  }),
  assets: z.record(
    z.string(),
    z.strictObject({ name: z.string(), sha256: hash, seed: z.number().int().optional() }),
  ),
  versions: z.record(z.string(), z.string()),
  networks: z.array(fileName),
  files: z.record(fileName, z.strictObject({ sha256: hash, bytes: z.number().int().min(0) })),
  /** Of this file, with zeros in place of this value. */
  sha256: hash,
});

const NO_HASH = '0'.repeat(64);

/** The bytes of `utad.json`: a changed byte anywhere in them is found by `parseManifest`. */
export function encodeManifest(manifest: BundleManifest): Uint8Array {
  const text = `${JSON.stringify({ ...manifest, sha256: NO_HASH }, null, 2)}\n`;
  return utf8(replaceLast(text, NO_HASH, sha256(utf8(text))));
}

/** @throws BundleError when the bytes are no manifest, of another version of the format, or were changed. */
export function parseManifest(bytes: Uint8Array): BundleManifest {
  const text = new TextDecoder().decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BundleError('manifest', `bundle: expected JSON in ${MANIFEST_FILE}, found something else`);
  }
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
  if (format !== 1)
    throw new BundleError('version', `bundle: expected format 1, found ${JSON.stringify(format)}`);
  const result = schema.safeParse(value);
  if (result.success) {
    const { sha256: expected, ...manifest } = result.data;
    const found = sha256(utf8(replaceLast(text, expected, NO_HASH)));
    if (found === expected) return manifest;
    throw new BundleError(
      'hash',
      `bundle: expected ${MANIFEST_FILE} with SHA-256 ${expected}, found ${found}: it was changed`,
    );
  }
  const [issue] = result.error.issues;
  const place = issue?.path.join('.') || 'the whole';
  throw new BundleError(
    'manifest',
    `bundle: ${MANIFEST_FILE}: ${place}: ${issue?.message ?? 'not a manifest'}`,
  );
}

/** The manifest's own hash stands last, after those of the files. */
function replaceLast(text: string, value: string, by: string): string {
  const at = text.lastIndexOf(value);
  return text.slice(0, at) + by + text.slice(at + value.length);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
