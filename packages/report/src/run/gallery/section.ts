import { count, formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import { heatmapRaster } from '../../pictures/heatmap';
import { groundTruthColour, segmentationColour } from '../../pictures/overlay';
import { toPng } from '../../pictures/raster';
import { article } from './article';
import { controls } from './controls';
import type { Gallery } from './gallery';

/** Every image of the gallery with what the detector made of it. */
export async function gallerySection(gallery: Gallery): Promise<Html | undefined> {
  const { images, pixelThreshold, repairLimit, trainingWithoutRoom } = gallery;
  if (images.length === 0) return undefined;
  const thumbnails = new Map(gallery.training.map(({ id }, index) => [id, index]));
  const hasRepair = images.some(({ details }) => details.some(({ group }) => group === 'repair'));
  const hasParts = images.some(({ details }) => details.some(({ limit }) => limit !== undefined));
  const hasTruth = images.some(({ label }) => label === 1);
  return html`<section aria-labelledby="gallery"><h2 id="gallery">Images</h2>
<p>Each row shows one test image, what the detector made of it, its anomaly map, and the pixels that reach the fitted
pixel threshold of ${formatNumber(pixelThreshold)}. Wrong calls come first, then the other images; the highest score leads.
${leftOut(gallery)}${
  hasParts &&
  html` Parts of the map, by layer and by pair, each have a scale of their own, which stands under
them and is the same for all images: brightness compares images in one part, and not one part with another.`
}</p>
<div class="legend scales">
${await scale('Anomaly map', { middle: `pixel threshold ${formatNumber(pixelThreshold)}`, end: `from ${formatNumber(2 * pixelThreshold)}` })}
${hasParts && (await scale('A part of the map', { middle: 'half of its limit', end: 'from its limit' }))}
${hasRepair && (await scale('|x − m|, of the range of an image', { middle: formatNumber(repairLimit / 2), end: `from ${formatNumber(repairLimit)}` }))}
</div>
<div class="legend"><span><i style="background:rgb(${segmentationColour.join(' ')})"></i>marked by the detector</span>
${hasTruth && html`<span><i class="outline" style="border-color:rgb(${groundTruthColour.join(' ')})"></i>outline of the true defect</span>`}</div>
${
  trainingWithoutRoom > 0 &&
  html`<p>${count(trainingWithoutRoom, 'training image')} that ${trainingWithoutRoom === 1 ? 'is' : 'are'} among the nearest of an image
${trainingWithoutRoom === 1 ? 'is' : 'are'} named there without a picture, since this page has no room for more than ${gallery.training.length} of them.</p>`
}${controls(gallery)}
<div id="gallery-rows">
${images.map((image) => article(image, gallery, thumbnails))}
</div></section>`;
}

function leftOut({ images, seen }: Gallery): string {
  if (images.length === seen.images) return '';
  const wrong = images.filter(({ verdict }) => verdict !== 'right').length;
  const [all, right] = [seen.images - seen.wrong, images.length - wrong];
  const number = (value: number) => value.toLocaleString('en-GB');
  const whichWrong =
    wrong === seen.wrong
      ? `all ${number(wrong)} called wrongly`
      : `${number(wrong)} of ${number(seen.wrong)} called wrongly`;
  return `${count(images.length, 'image')} of ${number(seen.images)} are shown: ${whichWrong}, and of the others ${number(right)} of ${number(all)}, chosen to cover every type and its scores evenly.`;
}

/** The colours from 0 to a limit, beyond which everything is drawn in the last one; in words what half of it is. */
async function scale(
  what: string,
  { middle, end }: { readonly middle: string; readonly end: string },
): Promise<Html> {
  const steps = Float32Array.from({ length: 256 }, (_, i) => i);
  const png = await toPng(heatmapRaster(steps, [1, 256], [0, 255]));
  const source = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  return html`<div><span>${what}</span><img alt="Colour scale, from black over red to pale yellow" width="256" height="1" src="${source}"><span class="ticks"><span>0</span><span>${middle}</span><span>${end}</span></span></div>`;
}
