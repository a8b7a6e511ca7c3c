import { minMax, quantile } from '@utad/eval';
import { formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import { heatmapRaster } from '../../pictures/heatmap';
import { groundTruthColour, overlayRaster, segmentationColour } from '../../pictures/overlay';
import { expectLength, type Raster, toPng, toWebp } from '../../pictures/raster';
import type { GalleryRow, ReportData } from '../data';

/** Outlines are drawn on pictures of at least this many pixels a side, so that they stay thin. */
const overlaySide = 320;

/** A row of pictures for each image: what came in, what the detector made of it, its map, and what it marks. */
export async function gallery(data: ReportData): Promise<Html | undefined> {
  if (data.gallery.length === 0) return undefined;
  for (const row of data.gallery) expectSizes(row);
  const extremes = data.gallery.map(({ anomalyMap }) => minMax(anomalyMap));
  const range = [
    Math.min(...extremes.map(({ min }) => min)),
    Math.max(...extremes.map(({ max }) => max)),
  ] as const;
  const rows = data.gallery.toSorted((a, b) => b.score - a.score);
  const middle = quantile(
    (data.scores.length > 0 ? data.scores : rows).map(({ score }) => score),
    0.5,
  );
  const groups = [
    ['Most anomalous', rows.filter(({ score }) => score >= middle)],
    ['Least anomalous', rows.filter(({ score }) => score < middle)],
  ] as const;
  const shown = await Promise.all(
    groups.map(async ([name, members]) => ({
      name,
      members: await Promise.all(members.map((row) => article(row, data, range))),
    })),
  );
  return html`<section aria-labelledby="gallery"><h2 id="gallery">Images</h2>
<p>Each row shows one test image, what the detector made of it, its anomaly map, and the pixels that reach the fitted
pixel threshold of ${formatNumber(data.thresholds.pixel)}. All maps share one scale.</p>
<div class="legend"><span class="scale"><span>${formatNumber(range[0])}</span><img alt="Colour scale of the anomaly maps, from black over red to pale yellow" src="${await ramp()}"><span>${formatNumber(range[1])}</span></span>
<span><i style="background:rgb(${segmentationColour.join(' ')})"></i>marked by the detector</span><span><i class="outline" style="border-color:rgb(${groundTruthColour.join(' ')})"></i>outline of the true defect</span></div>
${shown.map(({ name, members }) => members.length > 0 && html`<h3>${name}</h3>${members}`)}</section>`;
}

async function article(
  row: GalleryRow,
  { thresholds, scores }: ReportData,
  range: readonly [number, number],
): Promise<Html> {
  const { id, size, images, anomalyMap, mask, score } = row;
  const input = images[0]?.pixels ?? new Uint8Array();
  const segmentation = Uint8Array.from(anomalyMap, (value) => Number(value >= thresholds.pixel));
  const marked = await overlayRaster(input, size, {
    segmentation,
    ...(mask ? { groundTruth: mask } : {}),
    scale: Math.max(1, Math.ceil(overlaySide / Math.max(...size))),
  });
  const pictures = await Promise.all([
    ...images.map(async ({ name, symbol, pixels }) =>
      picture(html`<var>${symbol}</var> ${name}`, `${name} of ${id}`, await webp({ pixels, size })),
    ),
    picture(
      html`anomaly map`,
      `Anomaly map of ${id}, highest value ${formatNumber(minMax(anomalyMap).max)}`,
      dataUri('png', await toPng(heatmapRaster(anomalyMap, size, range))),
    ),
    picture(html`segmentation`, describeSegmentation(row, segmentation), await webp(marked)),
  ]);
  const rank = scores.filter((other) => other.score > score).length + 1;
  return html`<article><h4>${id}</h4><p>${verdict(row, thresholds.image)}${
    scores.some((other) => other.id === id) && html`, rank ${rank} of ${scores.length}`
  }.</p><div class="strip">${pictures}</div></article>`;
}

function verdict({ kind, label, score }: GalleryRow, threshold: number): Html {
  const called = score >= threshold ? 1 : 0;
  const truth = label === 0 ? 'Good' : kind === 'anomalous' ? 'Anomalous' : `Anomalous (${kind})`;
  return html`${truth}, ${called === label ? 'rightly' : 'wrongly'} called ${called === 1 ? 'anomalous' : 'good'}: score ${formatNumber(score)}, threshold ${formatNumber(threshold)}`;
}

function describeSegmentation({ id, mask }: GalleryRow, segmentation: Uint8Array): string {
  const percent = (values: Uint8Array) =>
    `${((values.filter((value) => value === 1).length / values.length) * 100).toFixed(1)} %`;
  const truth = mask ? `; ${percent(mask)} are truly defective` : '';
  return `Segmentation of ${id}: ${percent(segmentation)} of its pixels are marked${truth}`;
}

function picture(caption: Html, alt: string, source: string): Html {
  return html`<figure><img alt="${alt}" src="${source}"><figcaption>${caption}</figcaption></figure>`;
}

function expectSizes({ id, size, images, anomalyMap, mask }: GalleryRow): void {
  for (const { name, pixels } of images) expectLength(`${name} of ${id}`, pixels, size, 3);
  expectLength(`anomaly map of ${id}`, anomalyMap, size);
  if (mask) expectLength(`mask of ${id}`, mask, size);
}

const webp = async (raster: Raster) => dataUri('webp', await toWebp(raster));

async function ramp(): Promise<string> {
  const steps = Float32Array.from({ length: 256 }, (_, i) => i);
  return dataUri('png', await toPng(heatmapRaster(steps, [1, 256], [0, 255])));
}

function dataUri(format: 'png' | 'webp', bytes: Uint8Array): string {
  return `data:image/${format};base64,${Buffer.from(bytes).toString('base64')}`;
}
