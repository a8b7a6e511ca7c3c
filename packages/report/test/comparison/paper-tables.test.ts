import { expect, it } from 'vitest';
import { paperColumn } from '../../src/comparison/paper/beside';
import { table1, table1Means, table2, table3, table4 } from '../../src/comparison/paper/tables';

it.each([table1, table2, table3, table4])('table $number has a value, or none, in every column', (table) => {
  for (const { values } of table.rows) expect(values).toHaveLength(table.columns.length);
});

it('the 15 categories of Table 1 have the means that are printed below them, but for CAVGA', () => {
  expect(table1.rows).toHaveLength(15);
  const wrong = table1.columns.filter((_, column) => {
    const sum = table1.rows.reduce((sum, { values }) => sum + (values[column] ?? Number.NaN), 0);
    // Half a unit of the last digit, and what binary fractions add to it.
    return Math.abs(sum / 15 - (table1Means.iou[column] ?? Number.NaN)) > 0.005 + 1e-9;
  });
  expect(wrong).toEqual(['CAVGA']);
  expect(table1.notes.join()).toContain('CAVGA');
});

it('tables 1, 3 and 4 agree about the same categories', () => {
  const ofTable1 = (category: string, method: string) =>
    table1.rows.find(({ name }) => name === category)?.values[table1.columns.indexOf(method)];
  const last = table3.rows.at(-1);
  for (const [i, category] of table3.columns.entries()) {
    expect(last?.values[i]).toBe(ofTable1(category, 'UTAD (paper)'));
  }
  const hazelnut = (method: string) => table4.rows.find(({ name }) => name === method)?.values[1];
  expect(hazelnut('UTAD (paper)')?.toFixed(2)).toBe(ofTable1('hazelnut', 'UTAD (paper)')?.toFixed(2));
  expect(hazelnut('UnSt')?.toFixed(2)).toBe(ofTable1('hazelnut', 'UnSt')?.toFixed(2));
});

it('the paper stands beside what it measures, and beside nothing else', () => {
  expect(paperColumn('mvtec', 'iouFitted')?.values.get('metal_nut')).toBe(0.47);
  expect(paperColumn('mvtec', 'iouPaper')?.mean).toBe(0.53);
  expect(paperColumn('mvtec', 'pixelAuroc')).toMatchObject({ mean: 0.9, values: new Map() });
  expect(paperColumn('cifar10', 'imageAuroc')?.mean).toBe(0.884);
  expect(paperColumn('mvtec', 'imageAuroc')).toBeUndefined();
  expect(paperColumn('mnist', 'pixelAuroc')).toBeUndefined();
  expect(paperColumn('synthetic', 'imageAuroc')).toBeUndefined();
});
