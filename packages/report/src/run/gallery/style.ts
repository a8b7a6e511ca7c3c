import type { Gallery } from './gallery';

/** The look of the gallery, and the pictures of training images, each as one rule. */
export function galleryStyle({ training }: Gallery): string {
  const thumbnails = training.map(
    ({ picture: { source, size } }, index) =>
      `.training-${index} { background-image: url(${source}); aspect-ratio: ${size[1]} / ${size[0]}; }`,
  );
  return `${rules}\n${thumbnails.join('\n')}`;
}

const rules = `
.legend.scales { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 1rem 2.5rem; margin-bottom: 1rem; max-width: 64rem; align-items: start; }
.legend.scales > div { display: grid; gap: .125rem; }
.legend.scales img { width: 100%; height: .75rem; }
.legend .ticks { display: grid; grid-template-columns: 1fr auto 1fr; font-size: .8125rem; }
.legend .ticks > :last-child { text-align: right; }
.controls { display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; align-items: end; margin: 1.5rem 0 .75rem; padding: 1rem 1.25rem;
  background: var(--raised); border-radius: .5rem; }
.controls[hidden], article[hidden] { display: none; }
.controls label { display: grid; gap: .125rem; font-size: .8125rem; color: var(--soft); }
.controls select, .controls input, .controls button { font: inherit; font-size: .9375rem; color: var(--text); background: var(--page);
  border: 1px solid var(--edge); border-radius: .375rem; padding: .3125rem .5rem; min-height: 2.25rem; max-width: 100%; }
.controls button { cursor: pointer; }
.count { font-size: .875rem; color: var(--soft); margin: 0; min-height: 1.5rem; }
#gallery-rows > article { border-top: 1px solid var(--rule); padding: 1rem 0 1.25rem; margin: 0;
  content-visibility: auto; contain-intrinsic-size: auto 17rem; }
article h3 { margin: 0; font-size: .9375rem; overflow-wrap: anywhere; }
.call { display: inline-block; font-weight: 600; margin-right: .375rem; }
.call.is-right { color: var(--met); }
.call.is-wrong { color: var(--bad); }
.strip { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .75rem; }
.strip img, .thumbnail { display: block; width: 100%; height: auto; background-color: var(--raised); border-radius: .25rem; }
.strip figcaption { font-size: .8125rem; line-height: 1.3; padding-top: .25rem; overflow-wrap: anywhere; }
.strip.parts { grid-template-columns: repeat(auto-fill, minmax(6.5rem, 8rem)); }
.thumbnail { background-size: cover; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.no-thumbnail { aspect-ratio: 1; display: grid; place-items: center; text-align: center; border: 1px dashed var(--rule); border-radius: .25rem; color: var(--soft); font-size: .8125rem; padding: .25rem; }
article details { margin-top: .75rem; }
summary { cursor: pointer; font-size: .875rem; color: var(--good); width: fit-content; max-width: 100%; padding: .125rem 0; }
.groups { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin-top: .75rem; }
.groups h4 { font-weight: 500; color: var(--soft); margin-bottom: .375rem; }
.groups .strip { grid-template-columns: repeat(auto-fill, 8rem); display: flex; flex-wrap: wrap; }
.groups figure { width: 8rem; }
@media (max-width: 40rem) {
  .controls label { flex: 1 1 40%; min-width: 0; }
  .controls select, .controls input { width: 100%; }
  .strip { grid-template-columns: repeat(3, 1fr); gap: .625rem; }
  .groups figure { width: calc((100vw - 4rem) / 3); }
  #gallery-rows > article { contain-intrinsic-size: auto 24rem; }
}
@media print {
  .controls, .count, article details:not([open]) { display: none; }
  #gallery-rows > article { content-visibility: visible; break-inside: avoid; }
  .strip { grid-template-columns: repeat(6, 1fr); }
}
`;
