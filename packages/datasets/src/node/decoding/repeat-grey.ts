/** Repeats each grey value over three channels. */
export function repeatGrey(grey: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(grey.length * 3);
  for (let index = 0, next = 0; index < grey.length; index++) {
    const value = grey[index] ?? 0;
    pixels[next++] = value;
    pixels[next++] = value;
    pixels[next++] = value;
  }
  return pixels;
}
