import { sha256, sha256Bytes } from '@utad/files';
import { expect, it } from 'vitest';

it('is the SHA-256 of FIPS 180-4, of a text, or of bytes in one part or in several', () => {
  const bytes = new TextEncoder().encode('abc');
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(sha256('abc')).toBe(expected);
  expect(sha256(bytes)).toBe(expected);
  expect(Buffer.from(sha256Bytes('abc')).toString('hex')).toBe(expected);
  expect(sha256([bytes.subarray(0, 1), new Uint8Array(), bytes.subarray(1)])).toBe(expected);
});
