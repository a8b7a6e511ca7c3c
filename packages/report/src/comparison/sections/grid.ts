import { group } from 'd3-array';
import { ReportError } from '../../error';
import { formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import { heatmapRaster } from '../../pictures/heatmap';
import { groundTruthColour, overlayRaster, segmentationColour } from '../../pictures/overlay';
import { expectLength, type Raster, toWebp } from '../../pictures/raster';
import type { ComparedDetector, ComparisonData, GridCell, GridRow } from '../data';
import { folded } from '../folded';
import { maskRaster } from '../mask-raster';

/** At most so many pictures stand beside each other. */
const mostColumns = 8;

/** Of more categories than these all but the first wait until they are asked for. */
const MOST_OPEN = 3;

/** Test images as every detector marks them, after the paper's Figure 5. */
export async function grid({ grid: given, detectors }: ComparisonData): Promise<Html | undefined> {
  if (given === undefined || given.rows.length === 0) return undefined;
  const categories = group(given.rows, ({ dataset, category }) => `${dataset} / ${category}`);
  const shown: Html[] = [];
  for (const [name, rows] of categories) {
    const articles: Html[] = [];
    for (const row of rows) articles.push(await article(row, detectors));
    shown.push(
      categories.size > MOST_OPEN
        ? folded(html`<h3>${name}</h3>`, articles, { open: shown.length === 0 })
        : html`<h3>${name}</h3>${articles}`,
    );
  }
  return html`<section aria-labelledby="grid"><h2 id="grid">The same images</h2>
<p>${given.rule} For each detector, its anomaly map and what reaches its fitted pixel threshold, over the input. The maps of a
detector are coloured from 0, black, to twice that threshold, pale yellow: detectors measure in units of their own.</p>
<div class="legend"><span><i style="background:rgb(${segmentationColour.join(' ')})"></i>marked by the detector</span><span><i class="outline" style="border-color:rgb(${groundTruthColour.join(' ')})"></i>outline of the true defect</span></div>
${shown}</section>`;
}

async function article(row: GridRow, detectors: readonly ComparedDetector[]): Promise<Html> {
  const { id, defectType: kind, label, size, pixels, mask, cells } = row;
  expectLength(`input of ${id}`, pixels, size, 3);
  const truth =
    mask !== undefined
      ? picture('ground truth', `Ground truth of ${id}`, await toWebp(maskRaster(mask, size)))
      : missing('ground truth', label === 0 ? 'nothing to find' : 'no mask');
  const pictures = [picture('input', `Input ${id}`, await webp({ pixels, size })), truth];
  for (const { name } of detectors) {
    const cell = cells.find(({ detector }) => detector === name);
    pictures.push(
      ...(cell ? await picturesOf(row, cell) : [missing(name, 'no run'), missing(name, 'no run')]),
    );
  }
  const columns = Math.min(pictures.length, mostColumns);
  return html`<article><h4>${kind}</h4><p>${id}</p><div class="strip compared" style="--columns:${columns}">${pictures}</div></article>`;
}

async function picturesOf({ id, size, pixels, mask, label }: GridRow, cell: GridCell): Promise<Html[]> {
  const { detector, score, imageThreshold, map, pixelThreshold } = cell;
  if (!(pixelThreshold > 0 && Number.isFinite(pixelThreshold))) {
    throw new ReportError(
      `pixel threshold of ${detector}: expected a number above 0, received ${pixelThreshold}`,
    );
  }
  const segmentation = Uint8Array.from(map, (value) => Number(value >= pixelThreshold));
  const marked = await overlayRaster(pixels, size, { segmentation, ...(mask && { groundTruth: mask }) });
  const called = score >= imageThreshold ? 1 : 0;
  const verdict = `${called === label ? 'rightly' : 'wrongly'} called ${called === 1 ? 'anomalous' : 'good'}`;
  const share = segmentation.reduce((sum, value) => sum + value, 0) / segmentation.length;
  return [
    picture(
      html`<b>${detector}</b> score ${formatNumber(score)}`,
      `Anomaly map of ${id} by ${detector}`,
      await webp(heatmapRaster(map, size, [0, 2 * pixelThreshold])),
    ),
    picture(
      html`<b>${detector}</b> ${verdict}`,
      `Segmentation of ${id} by ${detector}: ${(share * 100).toFixed(1)} % of its pixels are marked`,
      await webp(marked),
    ),
  ];
}

function picture(caption: Html | string, alt: string, source: string | Uint8Array): Html {
  const uri = typeof source === 'string' ? source : dataUri(source);
  return html`<figure><img alt="${alt}" src="${uri}" loading="lazy" decoding="async"><figcaption>${caption}</figcaption></figure>`;
}

function missing(caption: string, why: string): Html {
  return html`<figure><div class="missing">${why}</div><figcaption>${caption}</figcaption></figure>`;
}

const webp = async (raster: Raster) => dataUri(await toWebp(raster, 80));

const dataUri = (bytes: Uint8Array): string =>
  `data:image/webp;base64,${Buffer.from(bytes).toString('base64')}`;
