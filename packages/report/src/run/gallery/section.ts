import { groundTruthColour, segmentationColour } from '../../page/colours';
import { count, formatApart, formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { PageSection } from '../../page/page';
import type { ReportData } from '../data';
import { galleryBehaviour } from './behaviour';
import type { Gallery, GalleryImage, GalleryPicture } from './gallery';
import { galleryStyle } from './style';

/** Every image of the gallery with what the detector made of it. */
export function gallery({ gallery: shown }: ReportData): PageSection | undefined {
  if (shown === undefined || shown.images.length === 0) return undefined;
  return {
    id: 'gallery',
    name: 'Images',
    heading: 'Images',
    style: galleryStyle(shown),
    behaviour: galleryBehaviour,
    content: rowsOf(shown),
  };
}

function rowsOf(gallery: Gallery): Html {
  const { images, pixelThreshold, differences, trainingWithoutRoom } = gallery;
  const thumbnailOf = thumbnails(gallery);
  const present = new Set(images.flatMap(({ details }) => details.map(({ group }) => group)));
  const parts = [...present].filter((group) => differences.every(({ key }) => key !== group));
  const scale = (what: string, middle: string, end: string) =>
    html`<div><span>${what}</span><img alt="Colour scale, from black over red to pale yellow" width="256" height="1" src="${gallery.colours}"><span class="ticks"><span>0</span><span>${middle}</span><span>${end}</span></span></div>`;
  const hasTruth = images.some(({ label }) => label === 1);
  return html`<p>Each row shows one test image, what the detector made of it, its anomaly map, and the pixels that reach the fitted
pixel threshold of ${formatNumber(pixelThreshold)}. Wrong calls come first, then the other images; the highest score leads.
${leftOut(gallery)}${
  parts.length > 0 &&
  html` Parts of the map, ${parts.map((group) => `by ${group}`).join(' and ')}, each have a scale of their own, which stands under
them and is the same for all images: brightness compares images in one part, and not one part with another.`
}</p>
<div class="legend scales">
${scale('Anomaly map', `pixel threshold ${formatNumber(pixelThreshold)}`, `from ${formatNumber(2 * pixelThreshold)}`)}
${parts.length > 0 && scale('A part of the map', 'half of its limit', 'from its limit')}
${differences
  .filter(({ key }) => present.has(key))
  .map(({ name, limit }) =>
    scale(`${name}, of the range of an image`, formatNumber(limit / 2), `from ${formatNumber(limit)}`),
  )}
</div>
<div class="legend"><span><i style="background:rgb(${segmentationColour.join(' ')})"></i>marked by the detector</span>
${hasTruth && html`<span><i class="outline" style="border-color:rgb(${groundTruthColour.join(' ')})"></i>outline of the true defect</span>`}</div>
${
  trainingWithoutRoom > 0 &&
  html`<p>${count(trainingWithoutRoom, 'training image')} that ${trainingWithoutRoom === 1 ? 'is' : 'are'} among the nearest of an image
${trainingWithoutRoom === 1 ? 'is' : 'are'} named there without a picture, since this page has no room for more than ${gallery.training.length} of them.</p>`
}${controls(gallery)}
<div id="gallery-rows">
${images.map((image) => article(image, gallery, thumbnailOf))}
</div>`;
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

/** Filters and orders. Hidden until the page's script, which they need, has run. */
function controls({ images }: Gallery): Html {
  const types = [...new Set(images.map(({ defectType }) => defectType))].sort((a, b) => a.localeCompare(b));
  const verdictCount = (...verdicts: readonly string[]) =>
    images.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const typeCount = (type: string) => images.filter(({ defectType }) => defectType === type).length;
  const option = (value: string, text: string, number?: number) =>
    html`<option value="${value}">${text}${number !== undefined && ` (${number.toLocaleString('en-GB')})`}</option>`;
  return html`<form id="gallery-controls" class="controls" aria-label="Choose and order the images" hidden>
<label>Call <select name="verdict">
${option('', 'all')}
${option('wrong', 'wrong', verdictCount('missed', 'false alarm'))}
${option('missed', 'missed', verdictCount('missed'))}
${option('false alarm', 'false alarm', verdictCount('false alarm'))}
${option('right', 'right', verdictCount('right'))}
</select></label>
<label>Type <select name="kind">
${option('', 'all')}
${types.map((type) => option(`=${type}`, type, typeCount(type)))}
</select></label>
<label>Name holds <input name="text" type="search" autocomplete="off" spellcheck="false"></label>
<label>Order <select name="order">
${option('wrong', 'wrong ones first, then score')}
${option('margin', 'most wrong first')}
${option('down', 'highest score first')}
${option('up', 'lowest score first')}
${option('name', 'name')}
</select></label>
<button type="reset">Show all</button>
</form>
<p id="gallery-count" class="count" role="status"></p>`;
}

/**
 * One image of the gallery. Its pictures stand in `noscript`, whose text the page's script brings into the page when they
 * are needed, and which is shown as it is where there are no scripts.
 */
function article(image: GalleryImage, gallery: Gallery, thumbnailOf: (id: string) => Html): Html {
  const { id, defectType, score, verdict, pictures } = image;
  return html`<article data-name="${id}" data-kind="${defectType}" data-verdict="${verdict}" data-score="${score}" data-margin="${marginOf(image, gallery)}">
<h3>${id}</h3><p>${call(image, gallery)}</p>
<noscript><div class="strip">${pictures.map(figure)}</div></noscript>
${details(image, gallery, thumbnailOf)}</article>
`;
}

/** How far a score lies on the wrong side of the threshold; negative on the right side. */
function marginOf({ label, score }: GalleryImage, { imageThreshold }: Gallery): number {
  return label === 1 ? imageThreshold - score : score - imageThreshold;
}

function call(
  { defectType, label, score, verdict, rank }: GalleryImage,
  { imageThreshold, seen }: Gallery,
): Html {
  const truth = label === 0 ? 'Good' : defectType === 'anomalous' ? 'Anomalous' : `Anomalous (${defectType})`;
  const called = score >= imageThreshold ? 'anomalous' : 'good';
  const words = { right: 'Right', missed: 'Missed', 'false alarm': 'False alarm' };
  const [reached, threshold] = formatApart(score, imageThreshold);
  return html`<strong class="call ${verdict === 'right' ? 'is-right' : 'is-wrong'}">${words[verdict]}</strong> ${truth}, called ${called}: score ${reached}, threshold ${threshold}, rank ${rank} of ${seen.images.toLocaleString('en-GB')}`;
}

function details(
  image: GalleryImage,
  { differences }: Gallery,
  thumbnailOf: (id: string) => Html,
): Html | false {
  const parts = new Set(image.details.map(({ group }) => group));
  for (const { key } of differences) parts.delete(key);
  const groups = [
    ...differences.map(({ key, heading }) => ({ group: key, name: key, heading })),
    ...[...parts].map((group) => ({ group, name: `${group}s`, heading: `Anomaly map by ${group}` })),
  ]
    .map((each) => ({ ...each, pictures: image.details.filter(({ group }) => group === each.group) }))
    .filter(({ pictures }) => pictures.length > 0);
  const { neighbours } = image;
  const names = [
    ...groups.map(({ name }) => name),
    ...(neighbours.length > 0 ? ['nearest training images'] : []),
  ];
  if (names.length === 0) return false;
  const folded = html`<div class="groups">${groups.map(
    ({ heading, pictures }) =>
      html`<div><h4>${heading}</h4><div class="strip parts">${pictures.map(figure)}</div></div>`,
  )}${
    neighbours.length > 0 &&
    html`<div><h4>Nearest good training images, by latent code</h4><div class="strip parts">${neighbours.map(
      ({ id, distance }) =>
        html`<figure>${thumbnailOf(id)}<figcaption>${id}<br>distance ${formatNumber(distance)}</figcaption></figure>`,
    )}</div></div>`
  }</div>`;
  return html`<details><summary>${sentence(names)}<span class="hidden"> of ${image.id}</span></summary>
<noscript>${folded}</noscript></details>`;
}

/** A training image is near many test images: its picture stands once in the page, in a rule of its style. */
function thumbnails({ training, trainingWithoutRoom }: Gallery): (id: string) => Html {
  const places = new Map(training.map(({ id }, index) => [id, index]));
  const without = trainingWithoutRoom > 0 ? 'no room for its picture in this page' : 'no picture';
  return (id) => {
    const place = places.get(id);
    if (place === undefined) return html`<span class="no-thumbnail">${without}</span>`;
    return html`<span class="thumbnail training-${place}" role="img" aria-label="training image ${id}"></span>`;
  };
}

function figure({ symbol, name, description, limit, picture }: GalleryPicture): Html {
  const [height, width] = picture.size;
  return html`<figure><img alt="${description}" width="${width}" height="${height}" src="${picture.source}"><figcaption>${symbol !== '' && html`<var>${symbol}</var> `}${name}${limit !== undefined && html`<br>0 to ${formatNumber(limit)}`}</figcaption></figure>`;
}

function sentence(names: readonly string[]): string {
  const text = names.join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
