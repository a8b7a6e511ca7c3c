import { isAbsolute, join, relative, resolve, win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputNames, objectOf, safeName } from '../src/node/evaluate-outputs';

const screw = { dataset: 'mvtec', category: 'screw' } as const;
const of = (...images: [id: string, kind: string][]) => {
  const names = new OutputNames(screw);
  return images.map(([id, kind]) => names.of({ id, defectType: kind }).join('/'));
};

describe('files of test images', () => {
  it("are named as MVTec's evaluation looks for them", () => {
    expect(of(['test/good/000.png', 'good'], ['test/scratch_head/000.png', 'scratch_head'])).toEqual([
      'screw/test/good/000',
      'screw/test/scratch_head/000',
    ]);
  });

  it('lie below the category, or the name of the data set where it has none', () => {
    expect(objectOf(screw)).toBe('screw');
    expect(objectOf({ dataset: 'folder', category: null })).toBe('folder');
    expect(objectOf({ dataset: 'mvtec', category: '../..' })).toBe('_');
  });

  it('are kept apart where images of one kind have one stem, whatever the case', () => {
    expect(of(['a/1.png', 'dent'], ['b/1.jpg', 'dent'], ['c/1.PNG', 'Dent'], ['d/1.png', 'hole'])).toEqual([
      'screw/test/dent/1',
      'screw/test/dent/1-2',
      'screw/test/Dent/1-3',
      'screw/test/hole/1',
    ]);
    // The number is not one that another image has of its own.
    expect(of(['a/1-2.png', 'dent'], ['a/1.png', 'dent'], ['b/1.png', 'dent'])).toEqual([
      'screw/test/dent/1-2',
      'screw/test/dent/1',
      'screw/test/dent/1-3',
    ]);
    // One letter composed and in two parts.
    expect(new Set(of(['\u00e9.png', 'a'], ['e\u0301.png', 'a']))).toHaveLength(2);
  });
});

describe('a safe name', () => {
  it.each([
    ['..', '_'],
    ['.', '_'],
    ['', '_'],
    ['a/b', 'a_b'],
    ['a\\b', 'a_b'],
    ['C:', 'C_'],
    ['con', 'con_'],
    ['NUL.tar', 'NUL_.tar'],
    ['com¹', 'com¹_'],
    ['x\u0000y', 'x_y'],
    ['end. ', 'end'],
    ['ärger 日本', 'ärger 日本'],
    ['\ud800', '_'],
  ])('of %j is %j', (text, name) => {
    expect(safeName(text)).toBe(name);
  });

  it('fits every file system, however long the text', () => {
    for (const text of ['a'.repeat(1000), '日'.repeat(300), '👩‍👩‍👧‍👦'.repeat(99)]) {
      expect(Buffer.byteLength(safeName(text))).toBeLessThanOrEqual(184);
    }
  });

  it('never leads out of its folder, on any system', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom('.', '/', '\\', ':', ' ', '~', '-', 'c', 'o', 'n', '\n', '\u202e', '\u0000'),
        maxLength: 12,
      }),
    );
    fc.assert(
      fc.property(nasty, nasty, nasty, (id, kind, category) => {
        const parts = new OutputNames({ dataset: 'mvtec', category }).of({ id, defectType: kind });
        const root = resolve('maps');
        const inside = relative(root, join(root, ...parts));
        expect(inside.split(/[\\/]/)).toEqual([...parts]);
        expect(isAbsolute(inside) || win32.isAbsolute(parts.join('\\'))).toBe(false);
        for (const part of parts) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: no name may hold one.
          expect(part).toMatch(/^[^<>:"/\\|?*\u0000-\u001f]+$/);
          expect(part).not.toMatch(/^\.+$|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
        }
      }),
      { numRuns: 200 },
    );
  });
});
