import type { ImageRecord } from '@utad/core';
import { DatasetError } from '../../errors';
import { type Aim, aimedDamage } from '../aimed-damage';
import { defectKinds, type Range } from '../kinds';
import { randomStream } from '../random';
import { areaAt, strengthAt } from '../severity';
import type { PhotoDefect } from './photo-defects';
import { type PhotoScene, photoScene } from './photo-scene';

/** What a defect on a photograph should be. */
export interface PhotoAim {
  readonly kind: PhotoDefect;
  readonly severity: number;
  /** As {@link Aim} has them. */
  readonly defectSize: Range | undefined;
  /** As {@link Aim} has them. */
  readonly contrast: Range | undefined;
}

/** How much smaller defects are on photographs than on drawn products of 64 pixels, and how faint where they vary. */
const SMALLER = 0.35;
const FAINT: Range = [0.4, 1.2];
/** Marks on a surface are of any contrast; what is broken, foreign or bent is as strong as it is. */
const MARKS: readonly PhotoDefect[] = ['scratch', 'stain'];
/** What is broken, foreign or bent changes a photograph by so much of what it changes drawn products, or is drawn again. */
const SHOWS = 0.6;
/** Pixels that change by less are not defective, on [0, 1]; half the contrast asked for where that is less. */
const LEAST_CHANGE = 0.02;
/** Below this mean change nobody would call it a defect. */
const LEAST_CONTRAST = 0.04;
/** No defect is smaller than so many pixels, nor meant to be smaller than so many. */
const LEAST_PIXELS = 6;
const MEANT_PIXELS = 20;

/**
 * Draws one defect on a photograph of a good part.
 *
 * @param photo One or three channels; a defect on a photograph without colour has none.
 * @returns The photograph with the defect, its mask, and the photograph itself as its clean twin.
 * @throws DatasetError `not-drawable` where none of the size and contrast asked for, or none that shows, could be drawn.
 */
export function drawOnPhoto(photo: ImageRecord, aim: PhotoAim, seed: number): ImageRecord {
  const { image, size, channels } = photo;
  const { kind } = aim;
  const key = `${seed}/photo/${photo.id}/${kind}`;
  const rgb = channels === 3 ? image : repeated(image);
  const photographed = photoScene(rgb, size, channels === 1 || isGrey(rgb), randomStream(`${key}/scene`));
  const { scene } = photographed;
  const canvas = photographed.canvas(leastChange(aim));
  const drawn = whereOf(photo, () => aimedDamage(scene, canvas, fullAim(aim, photographed, size), key));
  const tooFaint = aim.contrast === undefined && drawn.contrast < LEAST_CONTRAST * strengthAt(aim.severity);
  if (tooFaint || drawn.area * Math.min(...size) ** 2 < LEAST_PIXELS) {
    throw new DatasetError(
      'not-drawable',
      `withDefects: expected a ${kind} that shows on ${photo.id}, drew one of contrast ${drawn.contrast.toFixed(3)} on a share of ${drawn.area.toFixed(5)}`,
    );
  }
  return {
    id: idOf(kind, photo.id),
    label: 1,
    defectType: kind,
    image: channels === 3 ? drawn.image : drawn.image.filter((_, index) => index % 3 === 0),
    size,
    channels,
    mask: drawn.mask,
    cleanTwin: image.slice(),
  };
}

/** `scratch/train/good/004.png` */
export const idOf = (kind: 'good' | PhotoDefect, photo: string): string => `${kind}/${photo}`;

function fullAim(aim: PhotoAim, { area }: PhotoScene, size: ImageRecord['size']): Aim {
  const { kind, severity } = aim;
  const least = MEANT_PIXELS / Math.min(...size) ** 2;
  const share = (of: number) => Math.max(least, of * SMALLER * Math.min(1, area));
  const [smallest, largest] = areaAt(kind, severity);
  const faintness = strengthAt(severity) * defectKinds[kind].contrast;
  const contrast: Range = [FAINT[0] * faintness, FAINT[1] * faintness];
  return {
    ...aim,
    usual: {
      size: [share(smallest), share(largest)],
      contrast: MARKS.includes(kind) ? contrast : undefined,
      leastContrast: SHOWS * defectKinds[kind].contrast,
    },
  };
}

const leastChange = ({ contrast }: PhotoAim): number => Math.min(LEAST_CHANGE, (contrast?.[0] ?? 1) / 2);

/** Says on which photograph a defect could not be drawn. */
function whereOf<T>({ id }: ImageRecord, draw: () => T): T {
  try {
    return draw();
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    throw new DatasetError(error.code, `${error.message.replace('synthesize:', 'withDefects:')} on ${id}`);
  }
}

function repeated(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(3 * grey.length);
  for (const [index, value] of grey.entries()) rgb.fill(value, 3 * index, 3 * index + 3);
  return rgb;
}

function isGrey(rgb: Uint8Array): boolean {
  for (let at = 0; at < rgb.length; at += 3) {
    if (rgb[at] !== rgb[at + 1] || rgb[at] !== rgb[at + 2]) return false;
  }
  return true;
}
