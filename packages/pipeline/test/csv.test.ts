import { predictionsCsv } from '@utad/pipeline/node';
import { describe, expect, it } from 'vitest';
import { toCsv } from '../src/node/csv';
import { scoresCsv } from '../src/node/evaluate-outputs';

const cell = (value: string | number | boolean | null) => toCsv(['x'], [{ x: value }]).split('\r\n')[1];

describe('a table', () => {
  it('has a header, and lines that end as RFC 4180 says', () => {
    expect(toCsv(['id', 'score'], [{ score: 0.5, id: 'a' }])).toBe('id,score\r\na,0.5\r\n');
    expect(toCsv(['id', 'score'], [])).toBe('id,score\r\n');
  });

  it('quotes commas, quotes and line ends of any kind', () => {
    expect(cell('a,b')).toBe('"a,b"');
    expect(cell('6" disc')).toBe('"6"" disc"');
    expect(toCsv(['x'], [{ x: 'a\r\nb' }])).toBe('x\r\n"a\r\nb"\r\n');
    expect(toCsv(['x'], [{ x: 'a\nb' }])).toBe('x\r\n"a\nb"\r\n');
    expect(toCsv(['x'], [{ x: 'a\rb' }])).toBe('x\r\n"a\rb"\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx'])('gives a spreadsheet no formula: %j', (text) => {
    expect(cell(text)).toBe(`'${text}`);
    expect(cell(`${text},"x"`)).toBe(`"'${text},""x"""`);
  });

  it('writes numbers with all digits, those below zero as well', () => {
    for (const value of [0.1 + 0.2, Math.fround(0.1), -1.5, 5e-324, 1e21, 0]) {
      expect(Number(cell(value))).toBe(value);
    }
    expect(cell(-1.5)).toBe('-1.5');
  });

  it('writes truth as words and nothing as nothing', () => {
    expect([cell(true), cell(false), cell(null)]).toEqual(['true', 'false', '']);
  });
});

it('scores.csv has a line for each image', () => {
  const region = { box: { x: 0, y: 0, width: 1, height: 1 }, area: 1, peak: 2 };
  const item = { id: 'test/=cut/0.png', kind: '=cut', label: 1 as const, score: 2, mean: 0.25, max: 2 };
  expect(scoresCsv([{ ...item, anomalous: true, size: [9, 9], regions: [region, region] }])).toBe(
    "id,kind,label,score,mean,max,anomalous,regions\r\ntest/=cut/0.png,'=cut,1,2,0.25,2,true,2\r\n",
  );
});

it('the table of predictions has a line for each image, those that could not be read as well', () => {
  const none = { score: null, normalizedScore: null, anomalous: null, regions: [] };
  const files = { map: null, overlay: null, tiff: null };
  expect(predictionsCsv([{ path: 'a.png', ...none, ...files, error: 'a.png: no image' }])).toBe(
    'path,score,normalizedScore,anomalous,regions,map,overlay,tiff,error,boxes\r\na.png,,,,,,,,a.png: no image,\r\n',
  );
  const found = { path: 'b.png', score: 1, normalizedScore: 0.5, anomalous: true, regions: [] };
  expect(
    predictionsCsv([{ ...found, map: 'b.map.png', overlay: 'b.overlay.png', tiff: null, error: null }]),
  ).toMatch(/\r\nb\.png,1,0\.5,true,0,b\.map\.png,b\.overlay\.png,,,\[\]\r\n$/);
  const region = { box: { x: 1, y: 2, width: 3, height: 4 }, area: 5, peak: 0.5 };
  const boxed = { ...found, regions: [region], map: null, overlay: null, tiff: null, error: null };
  expect(predictionsCsv([boxed])).toContain(
    'true,1,,,,,"[{""x"":1,""y"":2,""width"":3,""height"":4,""area"":5,""peak"":0.5}]"\r\n',
  );
});
