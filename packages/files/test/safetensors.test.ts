import type { TensorData } from '@utad/core';
import {
  decodeSafetensor,
  decodeSafetensors,
  encodeSafetensors,
  parseSafetensorsHeader,
  SafetensorsError,
  safetensorsHeaderEnd,
} from '@utad/files';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHalf } from '../src/safetensors';

/** A file by hand: the length of the header, the header, the values. */
function fileOf(header: unknown, values: readonly number[] = []): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + values.length);
  bytes[0] = json.length % 256;
  bytes[1] = Math.floor(json.length / 256);
  bytes.set(json, 8);
  bytes.set(values, 8 + json.length);
  return bytes;
}

const tensor = (shape: unknown, begin: unknown, end: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

function errorOf(bytes: Uint8Array): SafetensorsError {
  try {
    decodeSafetensors(bytes);
  } catch (error) {
    if (error instanceof SafetensorsError) return error;
    throw error;
  }
  return expect.unreachable('a refusal');
}

/** 1 and -2 in IEEE 754, little-endian. */
const [one, minusTwo] = [
  [0, 0, 0x80, 0x3f],
  [0, 0, 0, 0xc0],
];

describe('decodeSafetensors', () => {
  it('reads bytes written by hand, in the order of the header', () => {
    const header = { __metadata__: { made: 'by hand' }, b: tensor([2, 1], 4, 12), a: tensor([], 0, 4) };
    const { tensors, metadata } = decodeSafetensors(
      fileOf(
        header,
        [...minusTwo, ...one, ...one].map((byte) => byte ?? 0),
      ),
    );
    expect(metadata).toEqual({ made: 'by hand' });
    expect([...tensors]).toEqual([
      ['b', { shape: [2, 1], data: Float32Array.of(1, 1) }],
      ['a', { shape: [], data: Float32Array.of(-2) }],
    ]);
  });

  it('widens half precision of both kinds', () => {
    const header = { half: tensor([2], 0, 4, 'F16'), brain: tensor([1], 4, 6, 'BF16') };
    const { tensors } = decodeSafetensors(fileOf(header, [0x00, 0x3e, 0x01, 0x00, 0x40, 0xc0]));
    expect(tensors.get('half')?.data).toEqual(Float32Array.of(1.5, 2 ** -24));
    expect(tensors.get('brain')?.data).toEqual(Float32Array.of(-3));
  });

  it('reads tensors of no values, and a file of no tensors', () => {
    expect(decodeSafetensors(fileOf({ none: tensor([0, 3], 0, 0) })).tensors.get('none')).toEqual({
      shape: [0, 3],
      data: new Float32Array(),
    });
    expect(decodeSafetensors(fileOf({})).tensors.size).toBe(0);
  });

  it.each<[string, Uint8Array, string, string]>([
    ['no bytes', new Uint8Array(), 'size', 'a safetensors file of more than 8 bytes, received 0'],
    [
      'a header longer than the file',
      Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 123),
      'size',
      'of at least 264 bytes, as its header says, received 9',
    ],
    [
      'a header too long for anything',
      Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 123),
      'malformed',
      'of at most 4194304 bytes, received 9223372036854775807',
    ],
    ['no JSON', fileOf('{"a": '), 'malformed', 'a safetensors header in JSON, received "{\\"a\\": "'],
    ['a list', fileOf([]), 'malformed', 'the header of the safetensors file to be an object, received []'],
    [
      'a tensor that is none',
      fileOf({ a: 7 }),
      'malformed',
      'expected a of the safetensors file to be an object',
    ],
    ['metadata that are no text', fileOf({ __metadata__: { a: 1 } }), 'malformed', '__metadata__.a of the'],
    ['another type', fileOf({ a: tensor([1], 0, 8, 'F64') }, Array(8).fill(0)), 'dtype', 'expected a as F32'],
    ['a type that is none', fileOf({ a: tensor([1], 0, 4, 7) }), 'malformed', 'a.dtype of the'],
    ['a shape that is none', fileOf({ a: tensor([1.5], 0, 4) }), 'malformed', 'a.shape of the'],
    [
      'an overlap',
      fileOf({ a: tensor([1], 0, 4), b: tensor([1], 2, 6) }),
      'malformed',
      'which overlaps what',
    ],
    ['a hole', fileOf({ a: tensor([1], 0, 4), b: tensor([1], 8, 12) }), 'malformed', 'which leaves a hole'],
    [
      'offsets past the end',
      fileOf({ a: tensor([1000], 0, 4000) }, [...Array(4)]),
      'size',
      'as its header says',
    ],
    ['offsets the wrong way round', fileOf({ a: tensor([1], 4, 0) }), 'malformed', 'the first not above'],
    [
      'offsets that no number holds',
      fileOf({ a: tensor([1], 0, 2 ** 60) }),
      'malformed',
      'two offsets, received [0,115292150460684',
    ],
    [
      'three offsets',
      fileOf({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 8] } }),
      'malformed',
      'two offsets',
    ],
    ['negative offsets', fileOf({ a: tensor([1], -4, 0) }), 'malformed', 'two offsets, received [-4,0]'],
    [
      'fewer bytes than values',
      fileOf({ a: tensor([2], 0, 4) }, Array(4).fill(0)),
      'size',
      'in 8 bytes, received 4',
    ],
    [
      'a shape that no memory holds',
      fileOf({ a: tensor([2 ** 40, 2 ** 40], 0, 4) }, Array(4).fill(0)),
      'size',
      'received 4',
    ],
    [
      'bytes behind its end',
      fileOf({ a: tensor([1], 0, 4) }, Array(5).fill(0)),
      'size',
      'as its header says',
    ],
  ])('refuses %s', (_, bytes, code, message) => {
    const error = errorOf(bytes);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
  });

  it('reads a header or refuses it with a SafetensorsError, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(100), (json, more) => {
        const bytes = fileOf(json);
        try {
          const end = safetensorsHeaderEnd(bytes, bytes.length + more);
          expect(end).toBe(bytes.length);
          const { tensors } = parseSafetensorsHeader(bytes, bytes.length + more);
          for (const { begin, end } of tensors.values()) {
            expect(begin >= bytes.length && begin <= end && end <= bytes.length + more).toBe(true);
          }
        } catch (error) {
          expect(error).toMatchObject({ name: 'SafetensorsError' });
        }
      }),
    );
  });
});

describe('encodeSafetensors', () => {
  it('writes these bytes: eight of length, the header with spaces to a whole number of eights, the values', () => {
    const json = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const bytes = encodeSafetensors(new Map([['a', { data: Float32Array.of(1, -2), shape: [2] }]]));
    expect([...bytes.subarray(0, 8)]).toEqual([56, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(8, 64))).toBe(json.padEnd(56));
    expect([...bytes.subarray(64)]).toEqual([...(one ?? []), ...(minusTwo ?? [])]);
  });

  it('writes what decodeSafetensors reads: order, shapes and every bit', () => {
    const names = fc.string().filter((name) => name !== '__metadata__');
    const tensors = fc.array(fc.tuple(names, fc.float32Array({ maxLength: 20 })));
    const metadata = fc.dictionary(fc.string(), fc.string());
    fc.assert(
      fc.property(tensors, metadata, (pairs, facts) => {
        const map = new Map<string, TensorData>();
        for (const [name, data] of pairs) map.set(name, { data, shape: [1, data.length] });
        const bytes = encodeSafetensors(map, facts);
        const read = decodeSafetensors(bytes);
        expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(facts).sort());
        expect(new Set(read.tensors.keys())).toEqual(new Set(map.keys()));
        for (const [name, { data, shape }] of map) {
          expect(read.tensors.get(name)).toEqual({ data, shape });
        }
        expect(encodeSafetensors(map, facts)).toEqual(bytes);
      }),
    );
  });

  it('lays values in the order of the map, though a name be a number', () => {
    const map = new Map([
      ['b', { data: Float32Array.of(1), shape: [1] }],
      ['7', { data: Float32Array.of(-2), shape: [1] }],
    ]);
    const bytes = encodeSafetensors(map);
    expect(new TextDecoder().decode(bytes.subarray(8, 20))).toBe('{"b":{"dtype');
    expect([...bytes.subarray(-8)]).toEqual([...(one ?? []), ...(minusTwo ?? [])]);
  });

  it('writes half precision, to the nearest of 11 significant bits', () => {
    const map = new Map([['a', { data: Float32Array.of(1, 1 / 3, 70000), shape: [3] }]]);
    const { data } = decodeSafetensors(encodeSafetensors(map, {}, { dtype: 'F16' })).tensors.get('a') ?? {};
    expect([...(data ?? [])]).toEqual([1, 0.333251953125, Number.POSITIVE_INFINITY]);
    expect([toHalf(-0), toHalf(2 ** -25), toHalf(3 * 2 ** -25), toHalf(65519)]).toEqual([
      0x8000, 0, 2, 0x7bff,
    ]);
  });

  it('refuses what it could not read again', () => {
    const data = Float32Array.of(1);
    expect(() => encodeSafetensors(new Map([['a', { data, shape: [2] }]]))).toThrow(
      'expected a of shape [2] in 8 bytes, received 4',
    );
    expect(() => encodeSafetensors(new Map([['__metadata__', { data, shape: [1] }]]))).toThrow(
      SafetensorsError,
    );
  });

  it('gives every half-precision number back as it was', () => {
    const bytes = new Uint8Array(2);
    const view = new DataView(bytes.buffer);
    for (let bits = 0; bits < 65536; bits++) {
      view.setUint16(0, bits, true);
      const [value = Number.NaN] = decodeSafetensor(bytes, { dtype: 'F16', shape: [1] }).data;
      expect(Number.isNaN(value) ? (bits & 0x7c00) === 0x7c00 : toHalf(value) === bits).toBe(true);
    }
  });

  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [3 * 2 ** -25, 2],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
    [Number.NaN, 0x7e00],
  ])('rounds %d to the nearest, of two the even one', (value, bits) => {
    expect(toHalf(value)).toBe(bits);
  });
});
