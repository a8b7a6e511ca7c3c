import { sha256 as noble } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** What is hashed: a text as UTF-8, bytes, or parts one after the other. */
export type Hashed = string | Uint8Array | Iterable<Uint8Array>;

/**
 * SHA-256 in hexadecimal. In plain JavaScript, since the browser's own needs a secure context.
 *
 * @example
 * sha256('abc'); // ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
 */
export function sha256(content: Hashed): string {
  return bytesToHex(sha256Bytes(content));
}

/** SHA-256 as 32 bytes. */
export function sha256Bytes(content: Hashed): Uint8Array<ArrayBuffer> {
  const hash = noble.create();
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  // Not instanceof: bytes of another realm, such as a frame or a test's DOM, are bytes.
  for (const part of ArrayBuffer.isView(bytes) ? [bytes] : bytes) hash.update(part);
  return Uint8Array.from(hash.digest());
}
