import { readFile, writeFile } from 'node:fs/promises';
import type { HashedWheel } from './pins';

/** What an installation's folder says of itself. */
export interface Manifest {
  /** Of the addon package. */
  readonly version: string;
  readonly tensorflow: string;
  /** Of TensorFlow, then NVIDIA's. */
  readonly wheels: readonly HashedWheel[];
}

export async function writeManifest(file: string, { version, tensorflow, wheels }: Manifest): Promise<void> {
  await writeFile(file, `${JSON.stringify({ version, tensorflow, wheels }, null, 2)}\n`);
}

/** Undefined where there is none, or none that can be read. */
export async function readManifest(file: string): Promise<Manifest | undefined> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
  const version = text(parsed, 'version');
  const tensorflow = text(parsed, 'tensorflow');
  if (version === undefined || tensorflow === undefined) return undefined;
  const list: unknown = Reflect.get(Object(parsed), 'wheels');
  // The first installations had one wheel, and named it so.
  const wheels = (
    Array.isArray(list) ? list : [{ file: text(parsed, 'wheel'), sha256: text(parsed, 'sha256') }]
  )
    .map((wheel: unknown) => ({ file: text(wheel, 'file'), sha256: text(wheel, 'sha256') }))
    .filter((wheel): wheel is HashedWheel => wheel.file !== undefined && wheel.sha256 !== undefined);
  return { version, tensorflow, wheels };
}

function text(value: unknown, name: string): string | undefined {
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof field === 'string' ? field : undefined;
}
