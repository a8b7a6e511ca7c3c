import { renderReport } from '@utad/report';
import { GalleryBuilder } from '@utad/report/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannotOpenReports, type OpenReport, openReport } from '../../../../scripts/testing/report-page';
import { sampleReport } from '../sample';

describe.skipIf(cannotOpenReports)(
  `a run report in Chromium${cannotOpenReports ? `: skipped, ${cannotOpenReports}` : ''}`,
  () => {
    let html: string;
    let report: OpenReport;
    let threshold: number;
    let images: { id: string; defectType: string; score: number; label: 0 | 1 }[];

    beforeAll(async () => {
      const data = await sampleReport(64);
      html = await renderReport(data);
      threshold = data.thresholds.image;
      images = [...(data.gallery?.images ?? [])];
      report = await openReport(html);
    });
    afterAll(() => report.close());

    /** Names of the rows that are shown, from the top. */
    const shown = () => report.page.locator('#gallery-rows > article:not([hidden]) h3').allTextContents();
    const isWrong = ({ label, score }: { label: 0 | 1; score: number }) =>
      label !== Number(score >= threshold);
    const namesOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);
    const byScore = (a: { score: number }, b: { score: number }) => b.score - a.score;
    const count = () => report.page.locator('#gallery-count').textContent();

    it('shows wrong images first, then the others, each from the highest score', async () => {
      const wrong = images.filter(isWrong).sort(byScore);
      const right = images.filter((image) => !isWrong(image)).sort(byScore);
      expect(wrong.length).toBeGreaterThan(0);
      expect(await shown()).toEqual(namesOf([...wrong, ...right]));
      expect(await count()).toBe('9 of 9 images.');
    });

    it('filters by call, type and name, and says how many are left', async () => {
      const { page } = report;
      await page.getByRole('combobox', { name: 'Call' }).selectOption('wrong');
      expect(await shown()).toEqual(namesOf(images.filter(isWrong).sort(byScore)));
      await page.getByRole('combobox', { name: 'Call' }).selectOption('');
      const [{ defectType, id } = { defectType: '', id: '' }] = images;
      await page.getByRole('combobox', { name: 'Type' }).selectOption(`=${defectType}`);
      const ofKind = images.filter((image) => image.defectType === defectType);
      expect((await shown()).sort()).toEqual(namesOf(ofKind).sort());
      expect(await count()).toBe(`${ofKind.length} of 9 images.`);
      await page.getByRole('searchbox', { name: 'Name holds' }).fill(id.toUpperCase());
      expect(await shown()).toEqual([id]);
      await page.getByRole('searchbox', { name: 'Name holds' }).fill('no such image');
      expect(await shown()).toEqual([]);
      expect(await count()).toBe('No image of 9 fits.');
      await page.getByRole('button', { name: 'Show all' }).click();
      await expect.poll(shown).toHaveLength(9);
    });

    it('orders by score, by how wrong a call is, and by name', async () => {
      const order = report.page.getByRole('combobox', { name: 'Order' });
      await order.selectOption('up');
      const ascending = namesOf([...images].sort(byScore).reverse());
      expect(await shown()).toEqual(ascending);
      await order.selectOption('down');
      expect(await shown()).toEqual(ascending.toReversed());
      await order.selectOption('margin');
      const margin = ({ label, score }: { label: 0 | 1; score: number }) =>
        label === 1 ? threshold - score : score - threshold;
      expect(await shown()).toEqual(namesOf([...images].sort((a, b) => margin(b) - margin(a))));
      await order.selectOption('name');
      expect(await shown()).toEqual(namesOf(images).sort());
      await order.selectOption('wrong');
    });

    it('is worked with the keyboard alone: a filter, then a row and its parts', async () => {
      const { page } = report;
      await page.getByRole('combobox', { name: 'Call' }).focus();
      await page.keyboard.press('ArrowDown');
      expect(await shown()).toEqual(namesOf(images.filter(isWrong).sort(byScore)));
      // Type, name, order and the button lie between the call and the first row.
      for (let i = 0; i < 5; i++) await page.keyboard.press('Tab');
      const details = page.locator('#gallery-rows > article:not([hidden]) details').first();
      expect(await details.locator('summary').evaluate((element) => element === document.activeElement)).toBe(
        true,
      );
      expect(await details.locator('img').count()).toBe(0);
      await page.keyboard.press('Enter');
      await expect.poll(() => details.locator('img').count()).toBe(7);
      await expect
        .poll(() => details.getByRole('img', { name: /^training image train\/good\// }).count())
        .toBe(3);
      await page.getByRole('button', { name: 'Show all' }).click();
    });

    it('has decoded every picture of a row that is on the screen', async () => {
      const first = report.page.locator('#gallery-rows > article').first();
      await first.scrollIntoViewIfNeeded();
      await expect.poll(() => first.locator('.strip').first().locator('img').count()).toBe(6);
      const sizes = () =>
        first
          .locator('img')
          .evaluateAll((all) =>
            all.map((image) =>
              image instanceof HTMLImageElement && image.complete ? image.naturalWidth : 0,
            ),
          );
      await expect.poll(async () => (await sizes()).every((width) => width > 0)).toBe(true);
    });

    it('prints the rows that the filter leaves, with pictures that were never on the screen', async () => {
      const fresh = await openReport(html, { height: 300 });
      try {
        const { page } = fresh;
        const pictures = page.locator('#gallery-rows .strip img');
        expect(await pictures.count()).toBe(0);
        await page.getByRole('combobox', { name: 'Order' }).selectOption('up');
        await page.getByRole('searchbox', { name: 'Name holds' }).fill('good');
        const left = images.filter(({ id }) => id.includes('good')).length;
        expect(left).toBeGreaterThan(1);
        const printed = (await page.pdf()).toString('latin1');
        expect(await pictures.count()).toBe(6 * left);
        // Beside them, those of the legend: the two scales.
        expect(printed.split('/Subtype /Image').length - 1).toBeGreaterThanOrEqual(6 * left);
      } finally {
        await fresh.close();
      }
    });

    it('follows the reader from light to dark, and is light on paper', async () => {
      const { page } = report;
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(await background()).toBe('rgb(255, 255, 255)');
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await background()).toBe('rgb(20, 23, 28)');
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      expect(await background()).toBe('rgb(255, 255, 255)');
      await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
    });

    it('asked for nothing and complained of nothing', () => {
      expect(report.requests).toEqual([]);
      expect(report.consoleErrors).toEqual([]);
    });

    it('reads whole without scripts: every row with its pictures, no controls that do nothing', async () => {
      const plain = await openReport(html, { scripts: false });
      try {
        expect(await plain.page.locator('#gallery-controls').isVisible()).toBe(false);
        expect(await plain.page.locator('#gallery-rows > article .strip img').count()).toBe(9 * (6 + 7));
        expect(plain.requests).toEqual([]);
      } finally {
        await plain.close();
      }
    });

    it('shows names that are markup as they are, and runs none of it', async () => {
      const evil = `</noscript></script><script>document.title = 'taken'</script><img src=x onerror="document.title = 'taken'">'"&`;
      const pixels = new Uint8Array(12);
      const gallery = new GalleryBuilder({ pixelThreshold: 1, imageThreshold: 1 });
      await gallery.add({
        ...{ id: evil, defectType: evil, label: 1, score: 0, size: [2, 2] },
        images: [{ name: evil, symbol: evil, pixels }],
        maps: [
          { name: evil, group: 'total', values: new Float32Array(4) },
          { name: evil, group: 'layer', values: new Float32Array(4) },
        ],
        neighbours: [{ id: evil, distance: 1 }],
      });
      await gallery.setTrainingPicture(evil, [2, 2], pixels);
      const data = { ...(await sampleReport(16)), gallery: gallery.build() };
      const open = await openReport(await renderReport(data));
      try {
        const { page } = open;
        const row = page.locator('#gallery-rows > article');
        await row.locator('summary').click();
        await expect.poll(() => row.locator('details figure').count()).toBe(2);
        expect(await row.locator('h3').textContent()).toBe(evil);
        expect(await row.locator('details .thumbnail').getAttribute('aria-label')).toBe(
          `training image ${evil}`,
        );
        await page.getByRole('combobox', { name: 'Type' }).selectOption(`=${evil}`);
        expect(await row.count()).toBe(1);
        expect(await page.title()).toBe(`${data.title}: anomaly detection report`);
        expect(await page.locator('script').count()).toBe(1);
        expect(open.requests).toEqual([]);
        expect(open.consoleErrors).toEqual([]);
      } finally {
        await open.close();
      }
    });

    const screens = [
      { name: 'light', screen: {} },
      { name: 'dark', screen: { dark: true } },
      { name: 'a phone', screen: { width: 390, height: 844 } },
      { name: 'a dark phone', screen: { width: 390, height: 844, dark: true } },
    ];
    it.for(screens)('breaks no rule of accessibility in $name, nor is wider than it', async ({ screen }) => {
      const open = await openReport(html, screen);
      try {
        const { page } = open;
        await page.locator('#gallery-rows details summary').first().click();
        await expect.poll(() => page.locator('#gallery-rows details img').count()).toBe(7);
        expect(await open.axe()).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
        expect(open.requests).toEqual([]);
        expect(open.consoleErrors).toEqual([]);
      } finally {
        await open.close();
      }
    });
  },
);
