import { sha256 } from '@utad/files';
import * as z from 'zod';
import { BundleError } from './bundle-error';
import type { Reduction } from './detector';

/** Name of the file that says what the others of a bundle are. */
export const MANIFEST_FILE = 'utad.json';

/** What whoever decodes images for a detector must do as it was done in training. */
export interface ImagePreprocessing {
  /** What is white in images of more than 8 bits, from 255 to 65535; values above it are white too. Absent: 65535. */
  whiteLevel?: number | undefined;
}

/**
 * What `utad.json` says, apart from its own hash. Plain data, as written and read; everything that a detector needs to
 * be the one it was, except the state itself.
 */
export interface BundleManifest {
  /** Version of the format: 2 as written here; bundles of format 1 hold networks of TensorFlow.js instead of a state. */
  format: 1 | 2;
  /** Name of the detector's kind, such as `two-stage`. */
  kind: string;
  /** The detector's configuration: what its kind makes it from. */
  config: unknown;
  /** Height and width of the images that it takes, in pixels. */
  inputSize: [height: number, width: number];
  /** What is done to images before it sees them, besides resizing; absent where nothing is, and in bundles of before. */
  preprocessing?: ImagePreprocessing | undefined;
  /** How the score of an image comes from its anomaly map; null where it is another number of the detector's own. */
  score: { reduction: Reduction | null };
  /** Fitted on good images that training did not see; `score >= image` is anomalous, and a map value from `pixel` up. */
  thresholds: { image: number; pixel: number; images: number; engine?: string | undefined };
  /** What it learnt from, by name; `category` is null where a dataset has none. */
  training: { dataset: string; category: string | null; images: number; fingerprint: string; seed: number };
  /** What it needs besides, by name: SHA-256 in hexadecimal, where it came from, and the seed where one makes it again. */
  assets: Record<
    string,
    { name: string; sha256: string; source?: string | undefined; seed?: number | undefined }
  >;
  /** Versions of what made it, by package. */
  versions: Record<string, string>;
  /** Of format 1: names of the networks, each with `<name>/model.json` and `<name>/weights.bin`. Empty since. */
  networks: string[];
  /** The file of the state, safetensors. Since format 2. */
  state?: string | undefined;
  /** Every other file by its path, with its SHA-256 in hexadecimal and its length. */
  files: Record<string, { sha256: string; bytes: number }>;
}

/** A name that stays in its folder: no absolute path, no `..`, no drive. */
const fileName = z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[\w-][\w.-]*(\/[\w-][\w.-]*)*$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const side = z.number().int().min(1).max(8192);
const share = z.number().min(0).max(1);

const reduction = z.union([
  z.enum(['mean', 'max']),
  z.strictObject({ quantile: share }),
  z.strictObject({ highest: share }),
]);

const schema = z.strictObject({
  format: z.literal([1, 2]),
  kind: z.string().min(1),
  config: z.unknown(),
  inputSize: z.tuple([side, side]),
  preprocessing: z.strictObject({ whiteLevel: z.number().int().min(255).max(65_535).optional() }).optional(),
  score: z.strictObject({ reduction: reduction.nullable() }),
  thresholds: z.strictObject({
    image: z.number(),
    pixel: z.number(),
    images: z.number().int(),
    engine: z.string().optional(),
  }),
  training: z.strictObject({
    dataset: z.string(),
    category: z.string().nullable(),
    images: z.number().int(),
    fingerprint: z.string(),
    seed: z.number().int(),
  }),
  assets: z.record(
    z.string(),
    z.strictObject({
      name: z.string(),
      sha256: hash,
      source: z.string().optional(),
      seed: z.number().int().optional(),
    }),
  ),
  versions: z.record(z.string(), z.string()),
  networks: z.array(fileName),
  state: fileName.optional(),
  files: z.record(fileName, z.strictObject({ sha256: hash, bytes: z.number().int().min(0) })),
  /** Of this file, with zeros in place of this value. */
  sha256: hash,
});

const NO_HASH = '0'.repeat(64);

/** The bytes of `utad.json`: a changed byte anywhere in them is found by {@link parseManifest}. */
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
  if (format !== 1 && format !== 2) {
    throw new BundleError('version', `bundle: expected format 1 or 2, found ${JSON.stringify(format)}`);
  }
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
