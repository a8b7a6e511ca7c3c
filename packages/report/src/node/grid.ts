import type { Size } from '@utad/core';
import { group } from 'd3-array';
import type { ComparedDetector, ComparisonData, GridCell, GridRow } from '../comparison/data';
import { expectLength, unexpected } from '../error';
import { groundTruthColour, segmentationColour } from '../page/colours';
import { formatNumber } from '../page/format';
import { type Html, html } from '../page/html';
import type { PageSection } from '../page/page';
import { folded } from '../page/table';
import { percentOfOnes } from './gallery/encode-row';
import { heatmapRaster } from './heatmap';
import { overlayRaster } from './overlay';
import { type Raster, toWebp } from './raster';

/** At most so many pictures stand beside each other. */
const mostColumns = 8;

/** Of more categories than these all but the first wait until they are asked for. */
const MOST_OPEN = 3;

/** Test images as every detector marks them, after the paper's Figure 5. */
export async function grid({ grid: given, detectors }: ComparisonData): Promise<PageSection | undefined> {
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
  return {
    id: 'grid',
    name: 'Images',
    heading: 'The same images',
    content: html`<p>${given.rule} For each detector, its anomaly map and what reaches its fitted pixel threshold, over the input. The maps of a
detector are coloured from 0, black, to twice that threshold, pale yellow: detectors measure in units of their own.</p>
<div class="legend"><span><i style="background:rgb(${segmentationColour.join(' ')})"></i>marked by the detector</span><span><i class="outline" style="border-color:rgb(${groundTruthColour.join(' ')})"></i>outline of the true defect</span></div>
${shown}`,
  };
}

async function article(row: GridRow, detectors: readonly ComparedDetector[]): Promise<Html> {
  const { id, defectType, label, size, pixels, mask, cells } = row;
  expectLength(`input of ${id}`, pixels, size, 3);
  const truth =
    mask !== undefined
      ? await picture('ground truth', `Ground truth of ${id}`, maskRaster(mask, size), 90)
      : missing('ground truth', label === 0 ? 'nothing to find' : 'no mask');
  const pictures = [await picture('input', `Input ${id}`, { pixels, size }), truth];
  for (const { name } of detectors) {
    const cell = cells.find(({ detector }) => detector === name);
    pictures.push(
      ...(cell ? await picturesOf(row, cell) : [missing(name, 'no run'), missing(name, 'no run')]),
    );
  }
  const columns = Math.min(pictures.length, mostColumns);
  return html`<article><h4>${defectType}</h4><p>${id}</p><div class="strip compared" style="--columns:${columns}">${pictures}</div></article>`;
}

async function picturesOf({ id, size, pixels, mask, label }: GridRow, cell: GridCell): Promise<Html[]> {
  const { detector, score, imageThreshold, map, pixelThreshold } = cell;
  if (!(pixelThreshold > 0 && Number.isFinite(pixelThreshold))) {
    throw unexpected('range', `pixel threshold of ${detector}`, 'a number above 0', pixelThreshold);
  }
  const segmentation = Uint8Array.from(map, (value) => Number(value >= pixelThreshold));
  const marked = await overlayRaster(pixels, size, { segmentation, ...(mask && { groundTruth: mask }) });
  const called = score >= imageThreshold ? 1 : 0;
  const verdict = `${called === label ? 'rightly' : 'wrongly'} called ${called === 1 ? 'anomalous' : 'good'}`;
  return [
    await picture(
      html`<b>${detector}</b> score ${formatNumber(score)}`,
      `Anomaly map of ${id} by ${detector}`,
      heatmapRaster(map, size, [0, 2 * pixelThreshold]),
    ),
    await picture(
      html`<b>${detector}</b> ${verdict}`,
      `Segmentation of ${id} by ${detector}: ${percentOfOnes(segmentation)} of its pixels are marked`,
      marked,
    ),
  ];
}

async function picture(caption: Html | string, alt: string, raster: Raster, quality = 80): Promise<Html> {
  const { source } = await toWebp(raster, quality);
  return html`<figure><img alt="${alt}" src="${source}" loading="lazy" decoding="async"><figcaption>${caption}</figcaption></figure>`;
}

function missing(caption: string, why: string): Html {
  return html`<figure><div class="missing">${why}</div><figcaption>${caption}</figcaption></figure>`;
}

/** A mask of 0 and 1 in black and white. */
function maskRaster(mask: Uint8Array, size: Size): Raster {
  expectLength('ground truth', mask, size);
  const pixels = new Uint8Array(mask.length * 3);
  for (const [i, value] of mask.entries()) pixels.fill(value === 0 ? 0 : 255, i * 3, i * 3 + 3);
  return { pixels, size };
}
