import { formatNumber } from '../../page/format';
import type { Gallery, GalleryMap, GalleryPicture, GalleryRow } from '../../run/gallery/gallery';
import { heatmapRaster } from '../heatmap';
import { overlayRaster } from '../overlay';
import { type Raster, toWebp } from '../raster';
import type { PictureQuality } from './byte-budget';

/** The pictures of a row that are always shown, and those that are shown on demand. */
export interface EncodedRow {
  readonly pictures: readonly GalleryPicture[];
  readonly details: readonly GalleryPicture[];
}

/** Where the colours of the maps end. */
interface Scales {
  readonly pixelThreshold: number;
  readonly differences: Gallery['differences'];
  /** Of parts of the map, by name; as that of the whole where a part is not among them. */
  readonly partLimits: Readonly<Record<string, number>>;
}

type Drawn = Omit<GalleryPicture, 'picture'> & { readonly raster: Raster };

/** Outlines are drawn on pictures of at least this many pixels a side, so that they stay thin. */
const OVERLAY_SIDE = 192;

/**
 * Draws all maps of a row and its segmentation in colour.
 *
 * @returns What encodes them: what does not depend on their quality is done once.
 */
export async function drawRow(row: GalleryRow, scales: Scales) {
  const { id, size, images, maps } = row;
  const photos = images.map(({ name, symbol = '', pixels }): Drawn => {
    const description = `${name} of ${id}`;
    return { group: 'image', symbol, name, description, raster: { pixels, size } };
  });
  const mapsWhere = (isTotal: boolean) =>
    maps.filter(({ group }) => (group === 'total') === isTotal).map((map) => drawMap(map, row, scales));
  const shown = [...photos, ...mapsWhere(true), await drawSegmentation(row, scales.pixelThreshold)];
  const onDemand = mapsWhere(false);
  return async ({ side, partSide, quality }: PictureQuality): Promise<EncodedRow> => {
    const encode = async ({ raster, ...words }: Drawn, longest: number) => {
      return { ...words, picture: await toWebp(raster, quality, longest) };
    };
    const sideOf = ({ limit }: Drawn) => (limit === undefined ? side : partSide);
    return {
      pictures: await Promise.all(shown.map((drawn) => encode(drawn, side))),
      details: await Promise.all(onDemand.map((drawn) => encode(drawn, sideOf(drawn)))),
    };
  };
}

function drawMap({ name, group, values }: GalleryMap, { id, size }: GalleryRow, scales: Scales): Drawn {
  const isTotal = group === 'total';
  const difference = isTotal ? undefined : scales.differences.find(({ key }) => key === group);
  const isPart = !isTotal && difference === undefined;
  const what = isPart ? `Share of ${group} ${name}` : (difference?.description ?? 'Anomaly map');
  const whole = 2 * scales.pixelThreshold;
  const limit = isPart ? (scales.partLimits[name] ?? whole) : (difference?.limit ?? whole);
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  return {
    ...{ group, symbol: '', name },
    description: `${what} of ${id}, highest value ${formatNumber(highest)}`,
    ...(isPart && { limit }),
    raster: heatmapRaster(values, size, [0, limit]),
  };
}

async function drawSegmentation(row: GalleryRow, pixelThreshold: number): Promise<Drawn> {
  const { id, size, images, maps, mask } = row;
  const values = maps.find(({ group }) => group === 'total')?.values ?? new Float32Array();
  const segmentation = Uint8Array.from(values, (value) => Number(value >= pixelThreshold));
  const raster = await overlayRaster(images[0]?.pixels ?? new Uint8Array(), size, {
    segmentation,
    ...(mask && { groundTruth: mask }),
    scale: Math.max(1, Math.ceil(OVERLAY_SIDE / Math.max(...size))),
  });
  const truth = mask ? `; ${percentOfOnes(mask)} are truly defective` : '';
  const description = `Segmentation of ${id}: ${percentOfOnes(segmentation)} of its pixels are marked${truth}`;
  return { group: 'segmentation', symbol: '', name: 'segmentation', description, raster };
}

/** How much of a mask is 1, as `12.5 %`. */
export function percentOfOnes(mask: Uint8Array): string {
  return `${((mask.reduce((sum, value) => sum + value, 0) / mask.length) * 100).toFixed(1)} %`;
}
