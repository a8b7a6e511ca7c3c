import type { ComparedRun, ComparisonData, GridRow } from '@utad/report';

/** Uniform numbers in [0, 1), the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

interface SampleRun {
  readonly detector: string;
  readonly category: string;
  readonly seed?: number;
  /** How much higher anomalous images score. */
  readonly gap: number;
  readonly masks?: boolean;
}

/** A run of 12 good and 18 anomalous images whose scores come from a small generator. */
export function sampleRun({ detector, category, seed = 0, gap, masks = true }: SampleRun): ComparedRun {
  const next = random(detector.length * 1000 + category.length * 10 + seed + 1);
  const image = (defectType: string, i: number) => ({
    id: `test/${defectType}/${String(i).padStart(3, '0')}.png`,
    defectType,
    label: defectType === 'good' ? (0 as const) : (1 as const),
    score: next() + (defectType === 'good' ? 0 : gap),
  });
  const images = (defectType: string, count: number) =>
    Array.from({ length: count }, (_, i) => image(defectType, i));
  const share = Math.min(1, 0.3 + gap / 2);
  return {
    id: `runs/${detector}-${category}-${seed}`,
    detector,
    dataset: 'mvtec',
    category,
    seed,
    scores: [...images('good', 12), ...images('scratch', 9), ...images('hole', 9)],
    pixel: masks
      ? {
          auroc: 0.9 + gap / 20,
          aupro: 0.7 + gap / 10,
          iou: { paper: share / 2, fitted: share / 3, oracle: share },
        }
      : { auroc: null, aupro: null, iou: { paper: null, fitted: null, oracle: null } },
  };
}

function gridRow(category: string, defectType: string, detectors: readonly string[], side: number): GridRow {
  const next = random(defectType.length);
  const pixels = new Uint8Array(side * side * 3);
  const mask = new Uint8Array(side * side);
  const map = new Float32Array(side * side);
  const [cx, cy] = [side * (0.3 + 0.4 * next()), side * (0.3 + 0.4 * next())];
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    const defect = defectType !== 'good' && Math.hypot(x - cx, y - cy) < side / 10;
    const ring = Math.abs(Math.hypot(x - side / 2, y - side / 2) - side / 3) < side / 12;
    pixels.fill(defect ? 40 : ring ? 120 : 210, i * 3, i * 3 + 3);
    mask[i] = defect ? 1 : 0;
    map[i] =
      0.2 * next() +
      Math.max(0, 1 - Math.hypot(x - cx, y - cy) / (side / 6)) * (defectType === 'good' ? 0.3 : 1.4);
  }
  return {
    id: `test/${defectType}/003.png`,
    dataset: 'mvtec',
    category,
    defectType,
    label: defectType === 'good' ? 0 : 1,
    size: [side, side],
    pixels,
    mask,
    cells: detectors.map((detector, i) => ({
      detector,
      score: defectType === 'good' ? 0.4 : 0.8 + i * 0.2,
      imageThreshold: 0.9,
      map,
      pixelThreshold: 0.5 + 0.2 * i,
    })),
  };
}

/** Three detectors, of which one has two seeds and one lacks a category, on screw and bottle of MVTec AD. */
export function sampleComparison(side = 48): ComparisonData {
  const detectors = ['small', 'fast', 'mean image'];
  return {
    title: 'Three detectors on screw and bottle',
    createdAt: '2026-03-01T14:05:09.000Z',
    detectors: detectors.map((name, i) => ({
      name,
      setup: [
        ['Detector', i < 2 ? 'two-stage' : 'mean-image'],
        ['Input size', i === 0 ? '64 x 64' : '128 x 128'],
        ...(i < 2 ? [['Epochs', 'ie-net 30, expert-net 15'] as const] : []),
      ],
    })),
    runs: [
      sampleRun({ detector: 'small', category: 'bottle', gap: 0.5 }),
      sampleRun({ detector: 'small', category: 'bottle', gap: 0.4, seed: 1 }),
      sampleRun({ detector: 'small', category: 'screw', gap: 0.2 }),
      sampleRun({ detector: 'small', category: 'screw', gap: 0.3, seed: 1 }),
      sampleRun({ detector: 'fast', category: 'bottle', gap: 0.8 }),
      sampleRun({ detector: 'fast', category: 'screw', gap: 0.6 }),
      sampleRun({ detector: 'mean image', category: 'screw', gap: 0.1, masks: false }),
    ],
    grid: {
      rule: 'Of each type of image, the one whose score is the median of its type.',
      rows: [
        gridRow('bottle', 'good', ['small', 'fast'], side),
        gridRow('bottle', 'scratch', ['small', 'fast'], side),
        gridRow('screw', 'hole', detectors, side),
      ],
    },
    notes: ['The images are of 384 x 384 pixels.'],
  };
}
