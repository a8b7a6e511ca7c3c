import { renderComparison } from '@utad/report/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannotOpenReports, type OpenReport, openReport } from '../../../../scripts/testing/report-page';
import { sampleComparison, sampleRun } from '../comparison/sample';

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
    /** The table of pairs of runs, below that of means. */
    const pairs = '#differences-mvtec [data-metric] table:has(th:has-text("95 % interval"))';
    const column = (index: number) =>
      visible(`${pairs} tbody tr`).evaluateAll(
        (rows, at) => rows.map((row) => row.children[at]?.textContent ?? ''),
        index,
      );

    it('shows one metric, and another one when it is chosen', async () => {
      expect(await visible('#results ~ [data-metric] h3').allTextContents()).toEqual(['Image AUROC']);
      await report.page.getByRole('radio', { name: 'Pixel IoU, fitted threshold' }).check();
      expect(await visible('#results ~ [data-metric] h3').allTextContents()).toEqual([
        'Pixel IoU, fitted threshold',
      ]);
      expect(
        await visible('caption:text("Paired"), caption:text("less that of B")').allTextContents(),
      ).toEqual([
        'Mean over categories of Pixel IoU, fitted threshold of A less that of B',
        'Pixel IoU, fitted threshold of A less that of B, on the same test images',
      ]);
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
      const button = visible(`${pairs} th button`)
        .filter({ hasText: /^A − B$/ })
        .first();
      await button.click();
      expect(await numbers()).toEqual(falling);
      await button.focus();
      await report.page.keyboard.press('Enter');
      expect(await numbers()).toEqual(falling.toReversed());
      expect(await visible(`${pairs} th[aria-sort]`).first().getAttribute('aria-sort')).toBe('ascending');
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

    it('of many runs folds what is long, and unfolds it by keyboard', async () => {
      const categories = ['bottle', 'cable', 'capsule', 'carpet', 'grid', 'pill', 'screw'];
      const { grid, ...rest } = sampleComparison(24);
      const runs = categories.flatMap((category) =>
        [0, 1].flatMap((seed) => [
          sampleRun({ detector: 'small', category, seed, gap: 0.3 }),
          sampleRun({ detector: 'fast', category, seed, gap: 0.5 }),
          sampleRun({ detector: 'mean image', category, seed, gap: 0.1 }),
        ]),
      );
      const rows = (grid?.rows ?? [])
        .slice(0, 1)
        .flatMap((row) => categories.map((category) => ({ ...row, category })));
      const many = await openReport(
        await renderComparison({ ...rest, runs, ...(grid && { grid: { ...grid, rows } }) }),
        { width: 390, height: 800 },
      );
      try {
        const rowsOf = (label: string) =>
          many.page.locator(`[aria-label="${label}"] tbody tr:visible`).count();
        expect(await rowsOf('Mean differences of Image AUROC on mvtec')).toBe(3);
        expect(await rowsOf('Paired differences of Image AUROC on mvtec')).toBe(0);
        const summaries = many.page.locator('summary');
        expect(await summaries.allTextContents()).toEqual([
          'Image by image: 42 pairs of runs',
          ...categories.map((category) => `mvtec / ${category}`),
          'All 42 runs',
        ]);
        await summaries.first().focus();
        await many.page.keyboard.press('Enter');
        expect(await rowsOf('Paired differences of Image AUROC on mvtec')).toBe(42);
        await many.page.getByRole('combobox').selectOption('cable');
        expect(await rowsOf('Paired differences of Image AUROC on mvtec')).toBe(6);
        const pictures = (open: boolean) =>
          many.page
            .locator('.compared img')
            .evaluateAll(
              (images, shown) => images.filter((image) => image.checkVisibility() === shown).length,
              open,
            );
        // Input, truth, and two of each detector; those of the first category alone.
        expect(await pictures(true)).toBe(6);
        expect(await pictures(false)).toBe(6 * 6);
        expect(await many.axe()).toEqual([]);
        const [scroll, client] = await many.page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ]);
        expect(scroll).toBeLessThanOrEqual(client ?? 0);
      } finally {
        await many.close();
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
