import { renderReport } from '@utad/report';
import { GalleryBuilder } from '@utad/report/node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannotOpenReports, openReport } from '../../../../scripts/testing/report-page';
import { Photos, uniform } from '../photos';
import { sampleDifference, sampleReport } from '../sample';

const IMAGES = 1000;
const LIMIT = { bytes: 25e6, seconds: 2 };
/** What a photograph of MVTec AD's bottle takes at this size and quality: the mean of eight. Screw takes 1771. */
const BOTTLE = { side: 256, quality: 78, bytes: 4854 };

describe.skipIf(cannotOpenReports)(
  `the report of ${IMAGES} images${cannotOpenReports ? `: skipped, ${cannotOpenReports}` : ''}`,
  () => {
    let html = '';
    let building = 0;

    beforeAll(async () => {
      const photos = new Photos(256);
      const next = uniform(5);
      const kinds = ['scratch', 'hole', 'stain'];
      const scores = Array.from({ length: IMAGES }, (_, i) => {
        const label = i % 2 === 0 ? (0 as const) : (1 as const);
        const defectType = label === 0 ? 'good' : (kinds[i % kinds.length] ?? '');
        return {
          id: `test/${defectType}/${i}.png`,
          defectType,
          label,
          score: 0.2 + label * 0.15 + next() * 0.3,
        };
      });
      const threshold = 0.42;
      const builder = new GalleryBuilder({
        pixelThreshold: 0.4,
        imageThreshold: threshold,
        expected: IMAGES,
        differences: [sampleDifference],
      });
      for (let i = 0; i < 300; i++) {
        const { size, images } = photos.row({ id: '', defectType: 'good', label: 0, score: 0 });
        await builder.setTrainingPicture(`train/${i}.png`, size, images[0]?.pixels ?? new Uint8Array());
      }
      for (const score of scores) {
        const row = photos.row(score);
        const neighbours = [0, 1, 2].map((i) => ({
          id: `train/${Math.floor(next() * 300)}.png`,
          distance: i + 1,
        }));
        const began = performance.now();
        await builder.add({ ...row, neighbours });
        building += (performance.now() - began) / 1000;
      }
      const sample = await sampleReport(64);
      const began = performance.now();
      html = await renderReport({
        ...sample,
        thresholds: { ...sample.thresholds, image: threshold },
        scores,
        gallery: builder.build(),
      });
      building += (performance.now() - began) / 1000;
    }, 1_800_000);
    afterAll(() => {
      console.log(`${(html.length / 1e6).toFixed(1)} MB; encoded and rendered in ${building.toFixed(0)} s`);
    });

    it('is of photographs that hold more than real ones', async () => {
      const { side, quality, bytes } = BOTTLE;
      const { size, images } = new Photos(side).row({ id: '', defectType: 'good', label: 0, score: 0 });
      const raw = { height: size[0], width: size[1], channels: 3 as const };
      const webp = await sharp(images[0]?.pixels, { raw }).webp({ quality, smartSubsample: true }).toBuffer();
      expect(webp.length).toBeGreaterThan(1.5 * bytes);
    });

    it('has every image and stays under 25 MB', () => {
      expect(html.split('<article ').length - 1).toBe(IMAGES);
      expect(Buffer.byteLength(html)).toBeLessThan(LIMIT.bytes);
      // Nor is room wasted that would have made the pictures better.
      expect(Buffer.byteLength(html)).toBeGreaterThan(0.5 * LIMIT.bytes);
    });

    it('can be filtered within two seconds of its opening', async () => {
      const seconds: number[] = [];
      // The best of three: what other programs do to the machine is not the page's doing.
      for (let i = 0; i < 3; i++) seconds.push(await secondsToFilter(html));
      console.log(`opened and filtered in ${seconds.map((value) => value.toFixed(2)).join(', ')} s`);
      expect(Math.min(...seconds)).toBeLessThan(LIMIT.seconds);
    });
  },
);

/** From the start of the navigation until the first filter has been applied and painted. */
async function secondsToFilter(html: string): Promise<number> {
  const { page, close, consoleErrors } = await openReport(html);
  try {
    const end = await page.evaluate(async () => {
      const select = document.querySelector<HTMLSelectElement>('#gallery-controls select[name=verdict]');
      if (!select) throw new Error('there are no controls');
      select.value = 'wrong';
      select.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      return performance.now();
    });
    expect(await page.locator('#gallery-count').textContent()).toMatch(/^\d{2,3} of 1,000 images\.$/);
    expect(consoleErrors).toEqual([]);
    return end / 1000;
  } finally {
    await close();
  }
}
