import { formatApart, formatNumber } from '../../page/format';
import { type Html, html } from '../../page/html';
import type { Gallery, GalleryImage, GalleryPicture } from './gallery';

/**
 * One image of the gallery. Its pictures stand in `noscript`, whose text the page's script brings into the page when they
 * are needed, and which is shown as it is where there are no scripts.
 *
 * @param thumbnails - The number of each training image that has a picture.
 */
export function article(
  image: GalleryImage,
  gallery: Gallery,
  thumbnails: ReadonlyMap<string, number>,
): Html {
  const { id, defectType: kind, score, verdict, pictures } = image;
  return html`<article data-name="${id}" data-kind="${kind}" data-verdict="${verdict}" data-score="${score}" data-margin="${marginOf(image, gallery)}">
<h3>${id}</h3><p>${call(image, gallery)}</p>
<noscript><div class="strip">${pictures.map(figure)}</div></noscript>
${details(image, gallery, thumbnails)}</article>
`;
}

/** How far a score lies on the wrong side of the threshold; negative on the right side. */
function marginOf({ label, score }: GalleryImage, { imageThreshold }: Gallery): number {
  return label === 1 ? imageThreshold - score : score - imageThreshold;
}

function call(
  { defectType: kind, label, score, verdict, rank }: GalleryImage,
  { imageThreshold, seen }: Gallery,
): Html {
  const truth = label === 0 ? 'Good' : kind === 'anomalous' ? 'Anomalous' : `Anomalous (${kind})`;
  const called = score >= imageThreshold ? 'anomalous' : 'good';
  const words = { right: 'Right', missed: 'Missed', 'false alarm': 'False alarm' };
  const [reached, threshold] = formatApart(score, imageThreshold);
  return html`<strong class="call ${verdict === 'right' ? 'is-right' : 'is-wrong'}">${words[verdict]}</strong> ${truth}, called ${called}: score ${reached}, threshold ${threshold}, rank ${rank} of ${seen.images.toLocaleString('en-GB')}`;
}

function details(
  image: GalleryImage,
  gallery: Gallery,
  thumbnails: ReadonlyMap<string, number>,
): Html | false {
  const of = (group: GalleryPicture['group']) => image.details.filter((picture) => picture.group === group);
  const groups = [
    { name: 'repair', heading: 'Repaired by the impression', pictures: of('repair') },
    { name: 'layers', heading: 'Anomaly map by layer', pictures: of('layer') },
    { name: 'pairs', heading: 'Anomaly map by pair', pictures: of('pair') },
  ].filter(({ pictures }) => pictures.length > 0);
  const { neighbours } = image;
  const names = [
    ...groups.map(({ name }) => name),
    ...(neighbours.length > 0 ? ['nearest training images'] : []),
  ];
  if (names.length === 0) return false;
  const parts = html`<div class="groups">${groups.map(
    ({ heading, pictures }) =>
      html`<div><h4>${heading}</h4><div class="strip parts">${pictures.map(figure)}</div></div>`,
  )}${
    neighbours.length > 0 &&
    html`<div><h4>Nearest good training images, by latent code</h4><div class="strip parts">${neighbours.map(
      ({ id, distance }) =>
        html`<figure>${thumbnail(id, thumbnails, gallery)}<figcaption>${id}<br>distance ${formatNumber(distance)}</figcaption></figure>`,
    )}</div></div>`
  }</div>`;
  return html`<details><summary>${sentence(names)}<span class="hidden"> of ${image.id}</span></summary>
<noscript>${parts}</noscript></details>`;
}

/** A training image is near many test images: its picture stands once in the page, in a rule of its style. */
function thumbnail(
  id: string,
  thumbnails: ReadonlyMap<string, number>,
  { trainingWithoutRoom }: Gallery,
): Html {
  const index = thumbnails.get(id);
  if (index !== undefined)
    return html`<span class="thumbnail training-${index}" role="img" aria-label="training image ${id}"></span>`;
  return html`<span class="no-thumbnail">${trainingWithoutRoom > 0 ? 'no room for its picture in this page' : 'no picture'}</span>`;
}

function figure({ symbol, name, description, limit, picture }: GalleryPicture): Html {
  const [height, width] = picture.size;
  return html`<figure><img alt="${description}" width="${width}" height="${height}" src="${picture.source}"><figcaption>${symbol !== '' && html`<var>${symbol}</var> `}${name}${limit !== undefined && html`<br>0 to ${formatNumber(limit)}`}</figcaption></figure>`;
}

function sentence(names: readonly string[]): string {
  const text = names.join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
