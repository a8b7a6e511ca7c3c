import type { Size } from '@utad/core';
import { decodeImage } from '@utad/datasets/node';
import { type ImageSource, InputImageError, imagesFrom, type PixelData } from '@utad/pipeline';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import fixture from '../../datasets/test/fixtures/pillow-resize.json';

const bytes = (width: number, height: number, values: readonly number[]): PixelData => ({
  data: Uint8ClampedArray.from(values),
  width,
  height,
});

const valuesFrom = async (source: ImageSource, size: Size) => [...(await imagesFrom(source, size)).data];

async function failure(source: unknown, size: Size = [1, 1]): Promise<InputImageError> {
  try {
    // What the types forbid is what JavaScript may still hand in.
    await imagesFrom(source as ImageSource, size);
  } catch (error) {
    if (error instanceof InputImageError) return error;
    throw error;
  }
  throw new Error('expected an InputImageError');
}

describe('pixels', () => {
  it('of ImageData become [1, H, W, 3], rows first', async () => {
    const { data, shape } = await imagesFrom(
      bytes(3, 1, [255, 0, 51, 255, 1, 2, 3, 255, 102, 153, 204, 255]),
      [1, 3],
    );
    expect(shape).toEqual([1, 1, 3, 3]);
    expect([...data]).toEqual([255, 0, 51, 1, 2, 3, 102, 153, 204]);
  });

  it('that are transparent lie over black', async () => {
    const half = bytes(2, 1, [200, 100, 50, 255, 200, 100, 50, 51]);
    expect(await valuesFrom(half, [1, 2])).toEqual([200, 100, 50, 40, 20, 10]);
    expect(await valuesFrom(bytes(1, 1, [255, 255, 255, 0]), [1, 1])).toEqual([0, 0, 0]);
  });

  it('may come without alpha, or grey, which is repeated; a Uint8Array or a Buffer does', async () => {
    expect(await valuesFrom(bytes(2, 1, [1, 2, 3, 4, 5, 6]), [1, 2])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await valuesFrom(bytes(1, 2, [7, 9]), [2, 1])).toEqual([7, 7, 7, 9, 9, 9]);
    const buffer = { data: Buffer.from([8]), width: 1, height: 1 };
    expect(await valuesFrom(buffer, [1, 1])).toEqual([8, 8, 8]);
  });
});

describe('a batch', () => {
  it('stays one, each image resized by itself', async () => {
    const data = Uint8Array.of(0, 0, 0, 100, 100, 100, 50, 50, 50, 50, 50, 50);
    const { data: resized, shape } = await imagesFrom({ data, shape: [2, 1, 2, 3] }, [1, 1]);
    expect(shape).toEqual([2, 1, 1, 3]);
    expect([...resized]).toEqual([50, 50, 50, 50, 50, 50]);
  });

  it('of the right size is taken as it is', async () => {
    const data = new Uint8Array(12).fill(7);
    expect((await imagesFrom({ data, shape: [1, 2, 2, 3] }, [2, 2])).data).toBe(data);
  });

  it('is refused where its bytes do not fit its shape', async () => {
    expect(await failure({ data: new Uint8Array(5), shape: [1, 1, 2, 3] })).toMatchObject({
      code: 'shape',
      message: 'imagesFrom: expected 6 bytes for a batch [1,1,2,3], received 5',
    });
  });
});

describe('resizing', () => {
  it('enlarges with half-pixel centres: 0, 100, 200, 50 to eight pixels', async () => {
    const row = await valuesFrom(bytes(4, 1, [0, 100, 200, 50]), [1, 8]);
    // At -0.25, 0.25, 0.75 ... of the source; the border repeats.
    expect(row.filter((_, index) => index % 3 === 0)).toEqual([0, 25, 75, 125, 175, 163, 88, 50]);
  });

  it('takes height before width', async () => {
    const column = await valuesFrom(bytes(1, 2, [0, 100]), [4, 1]);
    expect(column.filter((_, index) => index % 3 === 0)).toEqual([0, 25, 75, 100]);
  });

  it('leaves no pixel out when it shrinks: one bright one of 64 is seen at any size', async () => {
    const line = new Array<number>(64).fill(0);
    line[37] = 255;
    const shrunk = await valuesFrom(bytes(64, 1, line), [1, 4]);
    expect(Math.max(...shrunk)).toBeGreaterThan(5);
  });

  it.each(fixture.cases)('$from to $to gives the bytes that the loaders read from a file', async (one) => {
    const [height = 0, width = 0] = one.from;
    const [toHeight = 0, toWidth = 0] = one.to;
    // Noise, as that of pillow_resize.py.
    const picture: number[] = [];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (let channel = 0; channel < 3; channel++) {
          picture.push(
            (97 * row * row + 57 * column * (row + 1) + 83 * channel + 31 * column * column) % 256,
          );
        }
      }
    }
    const ours = await valuesFrom(bytes(width, height, picture), [toHeight, toWidth]);
    const raw = { width, height, channels: 3 } as const;
    const file = await sharp(Uint8Array.from(picture), { raw }).png().toBuffer();
    const { pixels } = await decodeImage(file, 'noise.png', [toHeight, toWidth]);
    expect(ours).toEqual([...pixels]);
  });

  it('keeps flat images flat, and stays between the darkest and the brightest pixel', async () => {
    const side = fc.integer({ min: 1, max: 9 });
    const cases = fc.record({ width: side, height: side, to: fc.tuple(side, side) });
    await fc.assert(
      fc.asyncProperty(cases, fc.infiniteStream(fc.integer({ min: 0, max: 255 })), async (one, stream) => {
        const { width, height, to } = one;
        const grey = [...stream.take(width * height)];
        const values = await valuesFrom(bytes(width, height, grey), to);
        expect(Math.min(...values)).toBeGreaterThanOrEqual(Math.min(...grey));
        expect(Math.max(...values)).toBeLessThanOrEqual(Math.max(...grey));
        const flat = await valuesFrom(bytes(width, height, grey.fill(77)), to);
        expect(new Set(flat)).toEqual(new Set([77]));
      }),
      { numRuns: 50 },
    );
  });
});

describe('what is refused', () => {
  it('pixels whose number does not fit their sides', async () => {
    expect(await failure(bytes(2, 2, [1, 2, 3]))).toMatchObject({
      code: 'shape',
      message:
        'imagesFrom: expected 4, 3 or 1 bytes for each of 2x2 pixels, received 3 values in Uint8ClampedArray',
    });
    expect(await failure({ data: new Float32Array(4), width: 1, height: 1 })).toMatchObject({
      code: 'shape',
      message:
        'imagesFrom: expected 4, 3 or 1 bytes for each of 1x1 pixels, received 4 values in Float32Array',
    });
    expect(await failure(bytes(0, 0, []))).toMatchObject({ code: 'shape' });
    expect(await failure(bytes(2 ** 20, 2 ** 20, []))).toMatchObject({
      message: 'imagesFrom: expected an image of 1 to 268435456 pixels, received 1048576x1048576',
    });
  });

  it.each([
    ['photo.png', 'photo.png'],
    [null, 'null'],
    [undefined, 'undefined'],
    [new Uint8Array(12), 'Uint8Array'],
  ])('%j, which is no image', async (source, received) => {
    expect(await failure(source)).toMatchObject({
      code: 'kind',
      message: `imagesFrom: expected an image, a canvas, an ImageBitmap, an ImageData, a Blob or a batch, received ${received}`,
    });
  });
});
