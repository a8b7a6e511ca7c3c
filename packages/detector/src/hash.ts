import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** SHA-256 in hexadecimal. From a library, since the browser's own needs a secure context. */
export function sha256(bytes: Uint8Array): string {
  return bytesToHex(digest(bytes));
}
