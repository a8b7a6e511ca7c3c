export { GalleryBuilder, type GalleryOptions } from './gallery/gallery-builder';
export { heatmap } from './heatmap';
export { type OverlayOptions, overlay } from './overlay';
export { type RenderComparisonOptions, renderComparison } from './render-comparison';
