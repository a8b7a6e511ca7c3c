import type { Latent, LatentPoint } from '../data';

/** Images that are drawn alike, and how. */
export interface PointGroup {
  /** `training`, `good` or the type of defect. */
  readonly name: string;
  readonly points: readonly LatentPoint[];
  /** Of types of defect, from 0; undefined for images without one. */
  readonly place: number | undefined;
}

/** Training images first, then good ones, then types of defect by name: later ones are drawn over earlier ones. */
export function groupsOf(points: readonly LatentPoint[], defects: readonly string[]): PointGroup[] {
  return ['training', 'good', ...defects]
    .map((name): PointGroup => {
      const place = defects.indexOf(name);
      return {
        name,
        points: points.filter(({ group }) => group === name),
        place: place < 0 ? undefined : place,
      };
    })
    .filter((group) => group.points.length > 0);
}

/** All types of defect that occur in any projection, by name: a type looks the same in all of them. */
export function defectsOf({ projections }: Latent): string[] {
  const names = new Set(projections.flatMap(({ points }) => points.map(({ group }) => group)));
  return [...names].filter((name) => name !== 'training' && name !== 'good').sort();
}
