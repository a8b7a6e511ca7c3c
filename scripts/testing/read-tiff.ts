import { readFile } from 'node:fs/promises';

/** The values of a TIFF of one strip of floats, found through its directory. */
export async function readTiff(path: string): Promise<{ size: [number, number]; values: Float32Array }> {
  const file = await readFile(path);
  const fields = new Map<number, number>();
  const directory = file.readUInt32LE(4);
  for (let index = 0; index < file.readUInt16LE(directory); index++) {
    const at = directory + 2 + index * 12;
    fields.set(file.readUInt16LE(at), file.readUInt32LE(at + 8));
  }
  const [width = 0, height = 0, start = 0] = [256, 257, 273].map((field) => fields.get(field));
  const values = Float32Array.from({ length: height * width }, (_, i) => file.readFloatLE(start + 4 * i));
  return { size: [height, width], values };
}
