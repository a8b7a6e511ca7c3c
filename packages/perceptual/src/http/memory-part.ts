import type { Part } from './fetch-ranges';
import { joined } from './remote-file';

/** Keeps what comes in memory: for one call, and for browsers, whose own cache does the rest. */
export class MemoryPart implements Part {
  #of: string | undefined;
  #chunks: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  async begin(of: string | undefined): Promise<void> {
    if (of !== undefined && of === this.#of) return;
    this.#of = of;
    this.#chunks = [];
    this.#length = 0;
  }

  async append(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  bytes(): Uint8Array {
    return joined(this.#chunks);
  }
}
