import type { ImageScore, Latent, LatentPoint } from '@utad/report';

/** Training images in two clouds, good ones among them, each type of defect on a side of its own. */
export function sampleLatent(scores: readonly ImageScore[], training: number, next: () => number): Latent {
  const cloud = () => next() + next() + next() - 1.5;
  const kinds = [...new Set(scores.filter(({ label }) => label === 1).map(({ defectType: kind }) => kind))];
  const near = (group: string): readonly [x: number, y: number] => {
    const angle = (2 * Math.PI * kinds.indexOf(group)) / kinds.length;
    return kinds.includes(group) ? [3 * Math.cos(angle), 2 * Math.sin(angle)] : [next() < 0.5 ? -1 : 1, 0];
  };
  const images = [
    ...Array.from({ length: training }, (_, i) => ({
      id: `train/good/${String(i).padStart(3, '0')}.png`,
      group: 'training',
    })),
    ...scores.map(({ id, defectType: kind, label }) => ({ id, group: label === 0 ? 'good' : kind })),
  ];
  const placed = (spread: number) =>
    images.map(({ id, group }): LatentPoint => {
      const [x, y] = near(group);
      return { id, group, x: x + spread * cloud(), y: y + spread * cloud() };
    });
  return {
    dimensions: 64,
    projections: [
      { name: 't-SNE', note: 'Images whose codes are near are drawn near.', points: placed(0.9) },
      { name: 'PCA', note: 'The two directions in which the codes vary most.', points: placed(1.6) },
    ],
    distances: {
      auroc: 0.7412,
      groups: [
        { group: 'training', images: training, median: 0.831 },
        { group: 'good', images: 40, median: 0.912 },
        ...kinds.map((group, i) => ({ group, images: 12, median: 1.2 + 0.1 * i })),
      ],
    },
  };
}
