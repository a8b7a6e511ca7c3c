import { renderReport } from '@utad/report';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannotOpenReports, type OpenReport, openReport } from '../../../../scripts/testing/report-page';
import { bareReport } from '../run/bare-report';
import { sampleReport } from '../sample';

/** Twenty kinds, one of them with a name that no column holds. */
const manyKinds = async () => {
  const { gallery: _, ...sample } = await sampleReport(16);
  const names = Array.from({ length: 19 }, (_unused, i) => `defect ${i}`);
  const all = ['good', ...names, 'a_name_without_a_place_to_break_it'.repeat(3)];
  const scores = all.flatMap((defectType, k) =>
    Array.from({ length: 5 + 10 * k }, (_unused, i) => ({
      id: `test/${defectType}/${i}.png`,
      defectType,
      label: k === 0 ? (0 as const) : (1 as const),
      score: Math.sin(i * 7 + k) + k / 5,
    })),
  );
  const defectTypes = all.map((defectType, k) => ({
    defectType,
    label: k === 0 ? (0 as const) : (1 as const),
    ...{ images: 5 + 10 * k, called: k, auroc: k === 0 ? null : 0.5, iou: 0.1, median: k / 5 },
    interval: { low: 0.1, high: 0.9, confidence: 0.95 },
  }));
  return renderReport({ ...sample, thresholds: { image: 1.5, pixel: 0.02 }, scores, defectTypes });
};

describe.skipIf(cannotOpenReports)(
  `the content of a run report in Chromium${cannotOpenReports ? `: skipped, ${cannotOpenReports}` : ''}`,
  () => {
    let report: OpenReport;
    beforeAll(async () => {
      report = await openReport(await manyKinds(), { width: 360, height: 800, dark: true });
    });
    afterAll(() => report.close());

    it('is no wider than a phone, whatever kinds are called', async () => {
      const widths = await report.page.evaluate(() => ({
        page: document.documentElement.scrollWidth,
        beyond: [...document.querySelectorAll('svg text')]
          .filter((text) => text.getBoundingClientRect().right > innerWidth)
          .map((text) => text.textContent),
      }));
      expect(widths).toEqual({ page: 360, beyond: [] });
    });

    it('keeps the letters of every chart at 10 pixels or more', async () => {
      const sizes = await report.page.evaluate(() =>
        [...document.querySelectorAll('svg text')].map((text) => {
          const svg = text.closest('svg');
          const scale = svg instanceof SVGSVGElement ? (svg.getScreenCTM()?.a ?? 0) : 0;
          return Number.parseFloat(getComputedStyle(text).fontSize) * scale;
        }),
      );
      expect(sizes.length).toBeGreaterThan(100);
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(10);
    });

    it('opens the numbers of curves and the configuration from the keyboard', async () => {
      const { page } = report;
      const summaries = page.locator('summary');
      expect(await summaries.allTextContents()).toEqual([
        'Curves of images in numbers',
        'Curves of pixels in numbers',
        'The whole configuration',
      ]);
      for (const summary of await summaries.all()) {
        await summary.focus();
        await page.keyboard.press('Enter');
      }
      expect(await page.locator('details[open]').count()).toBe(3);
      expect(await page.getByText('inputSize: [64, 64]').isVisible()).toBe(true);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    });

    it('is clean in axe with everything open, and asks for nothing', async () => {
      expect(await report.axe()).toEqual([]);
      expect(report.requests).toEqual([]);
      expect(report.consoleErrors).toEqual([]);
    });

    it('is clean in axe with nothing in it', async () => {
      const bare = await openReport(await renderReport(bareReport));
      expect(await bare.axe()).toEqual([]);
      await bare.close();
    });
  },
);
