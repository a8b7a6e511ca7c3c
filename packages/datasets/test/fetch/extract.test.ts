import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ArchiveError, type ArchiveKind, type ExtractOptions, extractArchive } from '@utad/datasets/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import xzArchives from '../fixtures/xz-archives.json' with { type: 'json' };
import { inTempFolder } from '../temp-folder';
import { deflatedZeros, gzipBomb, repeatLastXzBlock, type TarEntry, tar, zip } from './archives';

const xz = {
  plain: Buffer.from(xzArchives.plain, 'base64'),
  cut: Buffer.from(xzArchives.cut, 'base64'),
  zeros: Buffer.from(xzArchives.zeros, 'base64'),
};
const two: TarEntry[] = [
  { name: 'a/', type: '5' },
  { name: 'a/1.txt', content: 'one\n' },
  { name: 'b.txt', content: 'two\n' },
];
const plain = tar(two);

/** Unpacks bytes beside a file that is not to be touched, and gives what is there afterwards. */
async function unpack(bytes: Uint8Array, kind: ArchiveKind, options: ExtractOptions = {}) {
  return inTempFolder(async (folder) => {
    const path = join(folder, `archive.${kind}`);
    await writeFile(path, bytes);
    const error = await extractArchive(path, join(folder, 'out'), options).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const found = (await readdir(folder, { recursive: true })).filter((name) => !name.startsWith('archive.'));
    const files: Record<string, string> = {};
    for (const name of found.sort()) {
      const there = await stat(join(folder, name));
      if (there.isFile()) files[name.replaceAll('\\', '/')] = await readFile(join(folder, name), 'utf8');
    }
    return { error, files, found };
  });
}

describe('extractArchive unpacks', () => {
  it.each<readonly [string, Uint8Array, ArchiveKind]>([
    ['tar', plain, 'tar'],
    ['tar in gzip', gzipSync(plain), 'tar.gz'],
    [
      'tar in several gzip members',
      Buffer.concat([gzipSync(plain.subarray(0, 700)), gzipSync(plain.subarray(700))]),
      'tar.gz',
    ],
    ['tar in xz', xz.plain, 'tar.xz'],
    [
      'zip',
      zip([
        { name: 'a/', content: '', mode: 0o040755 },
        { name: 'a/1.txt', content: 'one\n' },
        { name: 'b.txt', content: 'two\n' },
      ]),
      'zip',
    ],
  ])('%s', async (_, bytes, kind) => {
    const { error, files } = await unpack(bytes, kind);
    expect(error).toBeUndefined();
    expect(files).toEqual({ 'out/a/1.txt': 'one\n', 'out/b.txt': 'two\n' });
  });

  it('one file in gzip, under its name without the ending', async () => {
    const { files } = await unpack(gzipSync('digits'), 'gz');
    expect(files).toEqual({ 'out/archive': 'digits' });
  });

  it('what is chosen, without what macOS adds', async () => {
    const bytes = tar([
      ...two,
      { name: '__MACOSX/b.txt', content: 'x' },
      { name: 'a/._1.txt', content: 'x' },
    ]);
    const seen: number[] = [];
    const { files } = await unpack(bytes, 'tar', {
      choose: ([first]) => first === 'a',
      onProgress: (count) => seen.push(count),
    });
    expect(files).toEqual({ 'out/a/1.txt': 'one\n' });
    expect(seen).toEqual([1]);
  });

  it('files that nobody can run, whatever the archive says', () =>
    inTempFolder(async (folder) => {
      const path = join(folder, 'a.zip');
      await writeFile(path, zip([{ name: 'run', content: '#!', mode: 0o104777 }]));
      expect(await extractArchive(path, join(folder, 'out'))).toBe(1);
      expect((await stat(join(folder, 'out/run'))).mode & 0o7111).toBe(0);
    }));

  it('nothing where it is told to stop', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    const { error, found } = await unpack(plain, 'tar', { signal: controller.signal });
    expect(error).toEqual(new Error('enough'));
    expect(found).toEqual([]);
  });
});

const long = 'x'.repeat(256);
const deep = `${'d/'.repeat(33)}f`;
const pax = (size: number) => [{ name: 'pax', type: 'x', content: 'x'.repeat(size) }, ...two];
const honest = tar([{ name: 'zeros', size: 8_000_000_000 }], { end: false });
const oneFile = (name: string) => zip([{ name, content: 'x' }]);

/** What is refused, with the way it is refused and the line that says so. */
const refused: (readonly [string, Uint8Array, ArchiveKind, string, RegExp, ExtractOptions?])[] = [
  ['tar: ../', tar([{ name: '../evil', content: 'x' }]), 'tar', 'path', /"\.\.\/evil" \(leads out\)$/],
  ['tar: ../ inside', tar([{ name: 'a/../../evil', content: 'x' }]), 'tar', 'path', /leads out/],
  ['tar: a folder ../', tar([{ name: '../evil/', type: '5' }]), 'tar', 'path', /leads out/],
  ['tar: absolute', tar([{ name: '/etc/evil', content: 'x' }]), 'tar', 'path', /\(absolute\)$/],
  ['tar: drive letter', tar([{ name: 'C:/evil', content: 'x' }]), 'tar', 'path', /\(a drive\)$/],
  ['tar: backslashes', tar([{ name: '..\\evil', content: 'x' }]), 'tar', 'path', /\(a backslash\)$/],
  [
    'tar: control character',
    tar([{ name: 'a\u001bb', content: 'x' }]),
    'tar',
    'path',
    /"a\\u001bb" \(a character/,
  ],
  ['tar: stream of NTFS', tar([{ name: 'a.png:b', content: 'x' }]), 'tar', 'path', /a character/],
  [
    'tar: device of Windows',
    tar([{ name: 'a/nul.txt', content: 'x' }]),
    'tar',
    'path',
    /a device on Windows/,
  ],
  ['tar: ends with a point', tar([{ name: 'a./b', content: 'x' }]), 'tar', 'path', /a point or a space/],
  ['tar: deep', tar([{ name: deep, content: 'x' }]), 'tar', 'path', /deeper than 32 folders/],
  [
    'tar: symbolic link, then a file through it',
    tar([
      { name: 'l', type: '2', link: '/tmp' },
      { name: 'l/evil', content: 'x' },
    ]),
    'tar',
    'link',
    /the link "l" to "\/tmp"$/,
  ],
  [
    'tar: hard link',
    tar([...two, { name: 'h', type: '1', link: '../secret' }]),
    'tar',
    'link',
    /the link "h" to/,
  ],
  [
    'tar: character device',
    tar([{ name: 'null', type: '3' }]),
    'tar',
    'device',
    /"null" \(CharacterDevice\)$/,
  ],
  ['tar: pipe', tar([{ name: 'p', type: '6' }]), 'tar', 'device', /\(FIFO\)$/],
  [
    'tar: the same twice',
    tar([...two, { name: './b.txt', content: 'x' }]),
    'tar',
    'duplicate',
    /"b\.txt" again$/,
  ],
  [
    'tar: the same but for case',
    tar([...two, { name: 'B.TXT', content: 'x' }]),
    'tar',
    'duplicate',
    /"B\.TXT" again$/,
  ],
  ['tar: a file as a folder', tar([...two, { name: 'b.txt/c', content: 'x' }]), 'tar', 'duplicate', /again$/],
  ['tar: a folder as a file', tar([...two, { name: 'a', content: 'x' }]), 'tar', 'duplicate', /again$/],
  ['tar: too many', plain, 'tar', 'too-many', /at most 2 files and folders/, { limits: { entries: 2 } }],
  ['tar: claims 8 GB', honest, 'tar', 'ratio', /at most 50 bytes/],
  ['tar: too large', plain, 'tar', 'too-large', /at most 2000 bytes/, { limits: { bytes: 2000 } }],
  ['tar: truncated in a file', plain.subarray(0, 1300), 'tar', 'damaged', /whole tar archive/],
  ['tar: truncated between files', tar(two, { end: false }), 'tar', 'damaged', /one without its end$/],
  ['tar: no archive', Buffer.from('not found'.repeat(200)), 'tar', 'damaged', /whole tar archive/],
  ['tar: empty', Buffer.alloc(0), 'tar', 'damaged', /whole tar archive/],
  [
    'tar: altered header',
    Buffer.from(plain.map((byte, at) => (at === 3 ? 65 : byte))),
    'tar',
    'damaged',
    /checksum/,
  ],
  ['tar: a header that fills the memory', tar(pax(2 ** 21)), 'tar', 'damaged', /too long$/],
  ['tar: gzip within', gzipBomb(plain), 'tar', 'damaged', /received compressed data$/],
  [
    'gz: 10 GB',
    gzipBomb(),
    'gz',
    'ratio',
    /at most 5 bytes to unpack for each of its/,
    { limits: { ratio: 5 } },
  ],
  [
    'gz: 10 GB against a limit',
    gzipBomb(),
    'gz',
    'too-large',
    /at most 1000000 bytes/,
    { limits: { bytes: 1e6 } },
  ],
  ['tar.gz: 10 GB after its end', gzipBomb(plain), 'tar.gz', 'ratio', /at most 50 bytes/],
  ['tar.gz: gzip within', gzipSync(gzipSync(plain)), 'tar.gz', 'damaged', /received compressed data$/],
  [
    'tar.gz: trailing garbage',
    Buffer.concat([gzipSync(plain), Buffer.from('garbage')]),
    'tar.gz',
    'damaged',
    /whole gzip data/,
  ],
  [
    'tar.gz: trailing zeros',
    Buffer.concat([gzipSync(plain), Buffer.alloc(7)]),
    'tar.gz',
    'damaged',
    /received 7 more$/,
  ],
  [
    'tar: another archive after its end',
    Buffer.concat([plain, Buffer.alloc(2 ** 17), plain]),
    'tar',
    'damaged',
    /after its end/,
  ],
  ['tar.gz: truncated', gzipSync(plain).subarray(0, -20), 'tar.gz', 'damaged', /whole gzip data/],
  [
    'tar.gz: altered',
    Buffer.from(gzipSync(plain).map((byte, at, all) => (at === all.length - 7 ? byte ^ 1 : byte))),
    'tar.gz',
    'damaged',
    /incorrect data check/,
  ],
  ['tar.gz: no gzip', plain, 'tar.gz', 'damaged', /incorrect header check/],
  ['tar.xz: 10 GB', repeatLastXzBlock(xz.zeros, 100), 'tar.xz', 'ratio', /at most 50 bytes/],
  [
    'tar.xz: 10 GB against a limit',
    repeatLastXzBlock(xz.zeros, 100),
    'tar.xz',
    'too-large',
    /at most 1000000 /,
    { limits: { bytes: 1e6, ratio: 1e9 } },
  ],
  ['tar.xz: truncated', xz.plain.subarray(0, -20), 'tar.xz', 'damaged', /received one without its end$/],
  [
    'tar.xz: truncated in the middle, its end kept',
    Buffer.concat([xz.plain.subarray(0, 60), xz.plain.subarray(-12)]),
    'tar.xz',
    'damaged',
    /whole xz data/,
  ],
  [
    'tar.xz: trailing garbage',
    Buffer.concat([xz.plain, Buffer.from('garbage')]),
    'tar.xz',
    'damaged',
    /without its end/,
  ],
  [
    'tar.xz: altered',
    Buffer.from(xz.plain.map((byte, at) => (at === 40 ? byte ^ 1 : byte))),
    'tar.xz',
    'damaged',
    /whole xz data/,
  ],
  ['tar.xz: truncated tar inside', xz.cut, 'tar.xz', 'damaged', /one without its end$/],
  ['tar.xz: empty', Buffer.alloc(0), 'tar.xz', 'damaged', /without its end/],
  ['zip: ../', oneFile('../evil'), 'zip', 'path', /invalid relative path/],
  ['zip: absolute', oneFile('/etc/evil'), 'zip', 'path', /absolute path/],
  ['zip: drive letter', oneFile('C:/evil'), 'zip', 'path', /C:\/evil/],
  ['zip: backslashes', oneFile('..\\evil'), 'zip', 'path', /invalid characters in fileName/],
  ['zip: long name', oneFile(long), 'zip', 'path', /longer than 255 bytes/],
  [
    'zip: symbolic link',
    zip([
      { name: 'l', content: '/tmp', mode: 0o120777 },
      { name: 'l/evil', content: 'x' },
    ]),
    'zip',
    'link',
    /the link "l"$/,
  ],
  ['zip: device', zip([{ name: 'd', content: '', mode: 0o020666 }]), 'zip', 'device', /"d" \(mode 20000\)$/],
  [
    'zip: the same twice',
    zip([
      { name: 'a', content: 'x' },
      { name: 'a', content: 'y' },
    ]),
    'zip',
    'duplicate',
    /"a" again$/,
  ],
  ['zip: a password', zip([{ name: 'a', content: 'x', flags: 1 }]), 'zip', 'damaged', /without a password/],
  [
    'zip: gives more than it says',
    zip([{ name: 'a', content: 'xxxx', size: 2 }]),
    'zip',
    'damaged',
    /too many bytes/,
  ],
  [
    'zip: gives less than it says',
    zip([{ name: 'a', content: 'xxxx', size: 9 }]),
    'zip',
    'damaged',
    /not enough bytes/,
  ],
  [
    'zip: altered',
    zip([{ name: 'a', content: 'xxxx', checksum: 7 }]),
    'zip',
    'damaged',
    /checksum 00000007 of "a"/,
  ],
  [
    'zip: truncated',
    zip([{ name: 'a', content: 'xxxx' }]).subarray(0, -9),
    'zip',
    'damaged',
    /whole zip archive/,
  ],
  [
    'zip: 10 GB that say so',
    zip([{ name: 'a', content: deflatedZeros(), raw: true, size: 4_294_967_294 }]),
    'zip',
    'ratio',
    /at most 50/,
  ],
  [
    'zip: 10 GB that say 1 MB',
    zip([{ name: 'a', content: deflatedZeros(), raw: true, size: 1e6 }]),
    'zip',
    'damaged',
    /too many bytes/,
  ],
  [
    'zip: too many',
    zip([
      { name: 'a', content: 'x' },
      { name: 'b', content: 'x' },
    ]),
    'zip',
    'too-many',
    /at most 1 files/,
    { limits: { entries: 1 } },
  ],
];

describe('extractArchive refuses, and leaves nothing', () => {
  for (const [title, bytes, kind, code, line, options] of refused) {
    it(title, async () => {
      const { error, found } = await unpack(bytes, kind, options);
      if (!(error instanceof ArchiveError)) throw new Error('expected an ArchiveError', { cause: error });
      expect({ code: error.code, archive: error.archive }).toEqual({
        code,
        archive: `archive.${kind}`,
      });
      expect(error.message).toMatch(line);
      expect(error.message).not.toMatch(/\p{Cc}/u);
      expect(found).toEqual([]);
    });
  }

  it.each<readonly [ArchiveKind, Uint8Array]>([
    // Cut off in its last block, a tar archive still has an end and all its files.
    ['tar', tar(two, { end: false })],
    ['tar.gz', gzipSync(plain)],
    ['tar.xz', xz.plain],
    ['zip', zip([{ name: 'a', content: 'one\n' }])],
  ])('every %s that is cut off, wherever that is', async (kind, bytes) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
        const { error, found } = await unpack(bytes.subarray(0, length), kind);
        expect(error).toBeInstanceOf(ArchiveError);
        expect(found).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('an archive that is cut off after a file of zeros', async () => {
    const zeros = tar([{ name: 'zeros', content: new Uint8Array(2048) }], { end: false });
    expect((await unpack(zeros, 'tar')).error).toMatchObject({ code: 'damaged' });
  });

  it('every name that would leave the folder', async () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '/',
      '//',
      'a',
      'é',
      '\\',
      'C:',
      ' ',
      '\u0001',
      'con',
      'tmp',
      '%2e%2e',
      '~',
    );
    const name = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(name, fc.constantFrom<ArchiveKind>('tar', 'zip'), async (named, kind) => {
        const bytes =
          kind === 'zip' ? zip([{ name: named, content: 'x' }]) : tar([{ name: named, content: 'x' }]);
        const { error, found } = await unpack(bytes, kind);
        if (error === undefined) expect(found.every((path) => /^out(\/|$)/.test(path))).toBe(true);
        else expect(error).toBeInstanceOf(ArchiveError);
        if (named.split('/').includes('..') || named.startsWith('/')) expect(error).toBeDefined();
      }),
      { numRuns: 150 },
    );
  });

  it('one whose name does not tell what it is', async () => {
    await inTempFolder(async (folder) => {
      const path = join(folder, 'archive');
      await writeFile(path, plain);
      await expect(extractArchive(path, join(folder, 'out'))).rejects.toThrow(TypeError);
    });
  });
});
