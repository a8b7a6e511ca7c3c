import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the first download of a file brought. */
interface Pin {
  readonly sha256: string;
  readonly bytes: number;
  /** When, in ISO 8601. */
  readonly fetched: string;
}

/** What first downloads brought, by URL: a later one is compared with it. One file a dataset. */
export class Pins {
  readonly #path: string;

  constructor(
    private readonly folder: string,
    id: string,
  ) {
    this.#path = join(folder, `${id}.json`);
  }

  /** @throws Error for a file that is none of pins: going on as if there were none would trust whatever comes. */
  async read(): Promise<Record<string, Pin>> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
      throw error;
    }
    const pins = parse(text);
    if (pins !== undefined) return pins;
    throw new Error(`expected the hashes of earlier downloads in ${this.#path}, received something else`);
  }

  async write(url: string, pin: Pin): Promise<void> {
    const pins = { ...(await this.read()), [url]: pin };
    await mkdir(this.folder, { recursive: true });
    const staging = `${this.#path}.tmp`;
    await writeFile(staging, `${JSON.stringify(pins, null, 2)}\n`);
    await rename(staging, this.#path);
  }
}

function parse(text: string): Record<string, Pin> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const pins: Record<string, Pin> = {};
  for (const [url, pin] of Object.entries(value)) {
    if (!isPin(pin)) return undefined;
    pins[url] = pin;
  }
  return pins;
}

function isPin(value: unknown): value is Pin {
  if (typeof value !== 'object' || value === null) return false;
  const { sha256, bytes, fetched }: Record<string, unknown> = { ...value };
  return (
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    typeof bytes === 'number' &&
    typeof fetched === 'string'
  );
}
