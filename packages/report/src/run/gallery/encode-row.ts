import type { Size } from '@utad/core';
import { formatNumber } from '../../page/format';
import { heatmapRaster } from '../../pictures/heatmap';
import { overlayRaster } from '../../pictures/overlay';
import { type Raster, sizeWithin, toSmallWebp } from '../../pictures/raster';
import type { PictureQuality } from './byte-budget';
import type { EncodedPicture, GalleryPicture } from './gallery';
import type { GalleryRow, MapGroup } from './gallery-row';

/** The pictures of a row that are always shown, and those that are shown on demand. */
export interface EncodedRow {
  readonly pictures: readonly GalleryPicture[];
  readonly details: readonly GalleryPicture[];
}

/** The pictures of a row before they are encoded: what does not depend on their quality is done once. */
export interface DrawnRow {
  encode(quality: PictureQuality): Promise<EncodedRow>;
}

/** Where the colours of the maps end. */
export interface Scales {
  readonly pixelThreshold: number;
  readonly repairLimit: number;
  /** Of parts of the map, by name; as that of the whole where a part is not among them. */
  readonly partLimits: Readonly<Record<string, number>>;
}

/** The value from which on a map is drawn in the last colour. */
function limitOf({ group, name }: GalleryRow['maps'][number], scales: Scales): number {
  const { pixelThreshold, repairLimit, partLimits } = scales;
  if (group === 'repair') return repairLimit;
  const whole = 2 * pixelThreshold;
  return group === 'total' ? whole : (partLimits[name] ?? whole);
}

interface Drawn {
  readonly group: GalleryPicture['group'];
  readonly symbol: string;
  readonly name: string;
  readonly description: string;
  readonly limit?: number;
  readonly raster: Raster;
}

/** Outlines are drawn on pictures of at least this many pixels a side, so that they stay thin. */
const OVERLAY_SIDE = 192;

/** Draws all maps of a row and its segmentation in colour. */
export async function drawRow(row: GalleryRow, scales: Scales): Promise<DrawnRow> {
  const { id, size, images, maps } = row;
  const drawMap = (map: GalleryRow['maps'][number]): Drawn => {
    const { name, group, values } = map;
    const limit = limitOf(map, scales);
    const isPart = group === 'layer' || group === 'pair';
    return {
      group,
      symbol: '',
      name,
      description: `${MAPS[group]}${isPart ? ` ${name}` : ''} of ${id}, highest value ${formatNumber(highest(values))}`,
      ...(isPart && { limit }),
      raster: heatmapRaster(values, size, [0, limit]),
    };
  };
  const photos = images.map(
    ({ name, symbol, pixels }): Drawn => ({
      group: 'image',
      symbol,
      name,
      description: `${name} of ${id}`,
      raster: { pixels, size },
    }),
  );
  const total = maps.filter(({ group }) => group === 'total');
  const segmentation = await drawSegmentation(row, scales.pixelThreshold);
  const shown = [...photos, ...total.map(drawMap), segmentation];
  const onDemand = maps.filter(({ group }) => group !== 'total').map(drawMap);
  return {
    encode: async ({ side, partSide, quality }) => ({
      pictures: await Promise.all(shown.map((drawn) => encode(drawn, side, quality))),
      details: await Promise.all(
        onDemand.map((drawn) => encode(drawn, drawn.group === 'repair' ? side : partSide, quality)),
      ),
    }),
  };
}

const MAPS: Readonly<Record<MapGroup, string>> = {
  total: 'Anomaly map',
  layer: 'Share of layer',
  pair: 'Share of pair',
  repair: 'Difference of input and impression',
};

async function drawSegmentation(row: GalleryRow, pixelThreshold: number): Promise<Drawn> {
  const { id, size, images, maps, mask } = row;
  const values = maps.find(({ group }) => group === 'total')?.values ?? new Float32Array();
  const segmentation = Uint8Array.from(values, (value) => Number(value >= pixelThreshold));
  const raster = await overlayRaster(images[0]?.pixels ?? new Uint8Array(), size, {
    segmentation,
    ...(mask ? { groundTruth: mask } : {}),
    scale: Math.max(1, Math.ceil(OVERLAY_SIDE / Math.max(...size))),
  });
  const truth = mask ? `; ${percent(mask)} are truly defective` : '';
  return {
    group: 'segmentation',
    symbol: '',
    name: 'segmentation',
    description: `Segmentation of ${id}: ${percent(segmentation)} of its pixels are marked${truth}`,
    raster,
  };
}

function percent(mask: Uint8Array): string {
  return `${((mask.reduce((sum, value) => sum + value, 0) / mask.length) * 100).toFixed(1)} %`;
}

function highest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

async function encode({ raster, ...words }: Drawn, side: number, quality: number): Promise<GalleryPicture> {
  return { ...words, picture: await encodePicture(raster, side, quality) };
}

/** A picture as WebP, its longer side at most `side`. */
export async function encodePicture(raster: Raster, side: number, quality: number): Promise<EncodedPicture> {
  const size: Size = sizeWithin(raster.size, side);
  const bytes = await toSmallWebp(raster, size, quality);
  return { source: `data:image/webp;base64,${Buffer.from(bytes).toString('base64')}`, size };
}
