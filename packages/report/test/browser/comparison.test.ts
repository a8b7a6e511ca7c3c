import { renderComparison } from '@utad/report';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannotOpenReports, type OpenReport, openReport } from '../../../../scripts/testing/report-page';
import { sampleComparison } from '../comparison/sample';

describe.skipIf(cannotOpenReports)(
  `a comparison in Chromium${cannotOpenReports ? `: skipped, ${cannotOpenReports}` : ''}`,
  () => {
    let text = '';
    let report: OpenReport;
    beforeAll(async () => {
      text = await renderComparison(sampleComparison());
      report = await openReport(text);
    });
    afterAll(() => report.close());

    const visible = (selector: string) => report.page.locator(`${selector}:visible`);
    const column = (index: number) =>
      visible(
        '#differences-mvtec [data-metric] table:has(th:has-text("95 % interval")) tbody tr',
      ).evaluateAll((rows, at) => rows.map((row) => row.children[at]?.textContent ?? ''), index);

    it('shows one metric, and another one when it is chosen', async () => {
      expect(await visible('#results ~ [data-metric] h3').allTextContents()).toEqual(['Image AUROC']);
      await report.page.getByRole('radio', { name: 'Pixel IoU, fitted threshold' }).check();
      expect(await visible('#results ~ [data-metric] h3').allTextContents()).toEqual([
        'Pixel IoU, fitted threshold',
      ]);
      expect(
        await visible('caption:text("Paired"), caption:text("less that of B, on")').allTextContents(),
      ).toEqual(['Pixel IoU, fitted threshold of A less that of B, on the same test images']);
    });

    it('lets the metric be chosen by keyboard', async () => {
      await report.page.getByRole('radio', { name: 'Pixel IoU, fitted threshold' }).focus();
      await report.page.keyboard.press('ArrowDown');
      expect(await visible('#results ~ [data-metric] h3').allTextContents()).toEqual([
        'Pixel IoU, best threshold',
      ]);
      await report.page.getByRole('radio', { name: 'Image AUROC' }).check();
    });

    it('sorts figures from the highest, then from the lowest, by keyboard too', async () => {
      const numbers = async () => (await column(3)).map((text) => Number(text.replace('−', '-')));
      const given = await numbers();
      const falling = given.toSorted((a, b) => b - a);
      expect(given).not.toEqual(falling);
      const button = visible('#differences-mvtec th button')
        .filter({ hasText: /^A − B$/ })
        .first();
      await button.click();
      expect(await numbers()).toEqual(falling);
      await button.focus();
      await report.page.keyboard.press('Enter');
      expect(await numbers()).toEqual(falling.toReversed());
      expect(await visible('#differences-mvtec th[aria-sort]').first().getAttribute('aria-sort')).toBe(
        'ascending',
      );
    });

    it('filters differences by category', async () => {
      await report.page.getByRole('combobox').selectOption('bottle');
      expect(new Set(await column(0))).toEqual(new Set(['bottle']));
      await report.page.getByRole('combobox').selectOption('all');
      expect(new Set(await column(0))).toEqual(new Set(['bottle', 'screw']));
    });

    it('leaves the means below the table where they are when it is sorted', async () => {
      const table = visible('#results ~ [data-metric] table').first();
      await table.getByRole('button', { name: 'Category' }).click();
      await table.getByRole('button', { name: 'Category' }).click();
      expect(await table.locator('tbody th').allTextContents()).toEqual(['screw', 'bottle']);
      expect(await table.locator('tfoot th').first().textContent()).toBe('Mean of categories');
    });

    it('asks for nothing and complains of nothing', () => {
      expect(report.requests).toEqual([]);
      expect(report.consoleErrors).toEqual([]);
    });

    it.each([
      ['light', {}],
      ['dark', { dark: true }],
      ['on a phone', { width: 360, height: 800 }],
      ['without its script', { scripts: false }],
    ] as const)('is accessible and no wider than the screen, %s', async (_, screen) => {
      const other = await openReport(text, screen);
      try {
        if (!('scripts' in screen)) expect(await other.axe()).toEqual([]);
        const { scroll, client } = await other.page.evaluate(() => ({
          scroll: document.documentElement.scrollWidth,
          client: document.documentElement.clientWidth,
        }));
        expect(scroll).toBeLessThanOrEqual(client);
        expect(other.consoleErrors).toEqual([]);
      } finally {
        await other.close();
      }
    });

    it('shows every metric where there is no script', async () => {
      const other = await openReport(text, { scripts: false });
      try {
        const names = await other.page.locator('#results ~ [data-metric] h3:visible').allTextContents();
        expect(names).toHaveLength(8);
        expect(await other.page.locator('.chooser:visible, .filter:visible').count()).toBe(0);
      } finally {
        await other.close();
      }
    });
  },
);
