import { gzipSync } from 'node:zlib';

/** An IDX file of bytes, in gzip, as MNIST has them. */
export function idx(shape: readonly number[], values: readonly number[]): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 | shape.length);
  for (const [index, length] of shape.entries()) header.writeUInt32BE(length, 4 + 4 * index);
  return gzipSync(Buffer.concat([header, Buffer.from(values)]));
}
