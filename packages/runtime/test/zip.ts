import { crc32 } from 'node:zlib';

export interface ZipOptions {
  /** The size that every entry claims to have. */
  readonly declaredSize?: number;
  /** The checksum that every entry claims to have. */
  readonly checksum?: number;
}

/** A zip archive with its entries stored, not compressed: enough to write what no honest program would. */
export function zip(
  entries: Record<string, string | Buffer> | readonly (readonly [string, string | Buffer])[],
  { declaredSize, checksum }: ZipOptions = {},
): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  const list = Array.isArray(entries) ? entries : Object.entries(entries);
  let offset = 0;
  for (const [path, content] of list) {
    const name = Buffer.from(path);
    const data = Buffer.from(content);
    const size = declaredSize ?? data.length;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt32LE(checksum ?? crc32(data), 14);
    local.writeUInt32LE(size, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    central.writeUInt16LE(20, 6);
    local.copy(central, 16, 14, 26);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    locals.push(local, name, data);
    directory.push(central, name);
    offset += local.length + name.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(list.length, 8);
  end.writeUInt16LE(list.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}
