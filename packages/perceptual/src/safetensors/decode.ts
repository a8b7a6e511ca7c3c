/** How many bytes a value takes, of the types that weights may have here. */
export const bytesOf: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ['F32', 4],
  ['F16', 2],
  ['BF16', 2],
]);

/** Stored values, little-endian, as float32; half precision of either kind loses nothing. */
export function decodeFloats(bytes: Uint8Array, dtype: string): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 'F32') {
    return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
  }
  if (dtype === 'F16') {
    return Float32Array.from({ length: bytes.length / 2 }, (_, i) => fromHalf(view.getUint16(2 * i, true)));
  }
  // bfloat16 is the upper half of a float32.
  const wide = new Uint32Array(bytes.length / 2);
  for (let i = 0; i < wide.length; i++) wide[i] = view.getUint16(2 * i, true) << 16;
  return new Float32Array(wide.buffer);
}

/** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
