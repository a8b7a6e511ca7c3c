import { z } from 'zod';
import { BundleError } from './bundle-error';

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
});

/** The contents of `utad.json`. */
export type BundleManifest = z.infer<typeof schema>;

/** @throws BundleError when the bytes are no manifest, or of another version of the format. */
export function parseManifest(bytes: Uint8Array): BundleManifest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new BundleError('manifest', `bundle: expected JSON in ${MANIFEST_FILE}, found something else`);
  }
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
  if (format !== 1)
    throw new BundleError('version', `bundle: expected format 1, found ${JSON.stringify(format)}`);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.') || 'the whole';
  throw new BundleError(
    'manifest',
    `bundle: ${MANIFEST_FILE}: ${place}: ${issue?.message ?? 'not a manifest'}`,
  );
}
