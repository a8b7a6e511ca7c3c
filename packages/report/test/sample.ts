import type { GalleryRow, ImageScore, ReportData } from '@utad/report';

/** Uniform numbers in [0, 1), the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const clampByte = (value: number) => Math.round(Math.min(Math.max(value, 0), 1) * 255);

/** A grey ring on a pale ground with, if anomalous, a dark spot; drawn well enough to judge a report by. */
function row(image: ImageScore, side: number, next: () => number): GalleryRow {
  const [cx, cy] = [side * (0.46 + 0.08 * next()), side * (0.46 + 0.08 * next())];
  const angle = next() * 2 * Math.PI;
  const [dx, dy] = [cx + Math.cos(angle) * side * 0.28, cy + Math.sin(angle) * side * 0.28];
  const light = 0.45 + 0.25 * next();
  const pixels = side * side;
  const pictures = Array.from({ length: 4 }, () => new Uint8Array(pixels * 3));
  const anomalyMap = new Float32Array(pixels);
  const mask = new Uint8Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    const radius = Math.hypot(x - cx, y - cy) / side;
    const metal = Math.min(Math.max((0.1 - Math.abs(radius - 0.28)) * side * 0.5 + 0.5, 0), 1);
    const clean = 0.82 * (1 - metal) + metal * (light + (0.2 * (x - y)) / side);
    const spot = image.label === 1 ? Math.max(0, 1 - Math.hypot(x - dx, y - dy) / (side * 0.08)) : 0;
    const input = clean * (1 - Math.min(spot * 3, 1) * 0.75) + (next() - 0.5) * 0.04;
    if (spot > 0) mask[i] = 1;
    const values = [input, clean, clean + 0.02, clean + (input - clean) * 0.3];
    values.forEach((value, picture) => {
      for (let channel = 0; channel < 3; channel++) {
        const tint = channel === 2 ? 0.97 : 1;
        const pixel = pictures[picture];
        if (pixel) pixel[i * 3 + channel] = clampByte(value * tint);
      }
    });
    // Found a little beside the truth, and wider, as maps are.
    const found =
      image.label === 1 ? Math.max(0, 1 - Math.hypot(x - dx - side * 0.03, y - dy) / (side * 0.12)) : 0;
    anomalyMap[i] = 0.004 + 0.006 * next() + 0.005 * metal + 0.12 * found;
  }
  const names = [
    ['input', 'x'],
    ['impression', 'm'],
    ['naive impression', 'm̂'],
    ['reconstruction', 'x̂'],
  ] as const;
  const images = names.map(([name, symbol], i) => ({
    name,
    symbol,
    pixels: pictures[i] ?? new Uint8Array(),
  }));
  return { ...image, size: [side, side], images, anomalyMap, mask };
}

const course = (epochs: number, start: number, end: number, next: () => number) =>
  Array.from(
    { length: epochs },
    (_, i) => (end + (start - end) * Math.exp((-5 * i) / epochs)) * (1 + 0.04 * (next() - 0.5)),
  );

/** A report of a run that never was, with every optional part. */
export function sampleReport(side = 64): ReportData {
  const next = random(7);
  const kinds = ['scratch', 'hole', 'stain', 'missing', 'contamination'];
  const scores: ImageScore[] = [
    ...Array.from({ length: 40 }, (_, i) => ({
      id: `test/good/${String(i).padStart(3, '0')}.png`,
      kind: 'good',
      label: 0 as const,
      score: 0.0105 + 0.004 * (next() + next() + next() - 1.2),
    })),
    ...kinds.flatMap((kind, k) =>
      Array.from({ length: 12 }, (_, i) => ({
        id: `test/${kind}/${String(i).padStart(3, '0')}.png`,
        kind,
        label: 1 as const,
        score: 0.0135 + 0.0018 * k + 0.007 * (next() + next() + next() - 1.2),
      })),
    ),
  ];
  const sorted = scores.toSorted((a, b) => b.score - a.score);
  const stages = {
    'ie-net': {
      mutualInformation: [1.386, 0.52],
      kl: [0.6, 71],
      reconstruction: [0.21, 0.013],
      total: [22, 1.6],
    },
    'expert-net': {
      input: [0.24, 0.011],
      impression: [0.22, 0.009],
      style: [0.4, 0.006],
      total: [0.9, 0.026],
    },
  };
  return {
    title: 'two-stage on synthetic / washer',
    createdAt: '2026-03-01T14:05:09.000Z',
    facts: [
      ['Detector', 'two-stage'],
      ['Preset', 'small, 64 x 64'],
      ['Dataset', 'synthetic, category washer'],
      ['Training images', '240 good, 24 of them held out'],
      ['Test images', '40 good, 60 anomalous'],
      ['Seed', '0'],
      ['Backend', 'tfjs-node on TensorFlow 2.21.0'],
      ['VGG-19 weights', 'ImageNet, Keras, 8b5f1c2d'],
      ['Training took', '142 s'],
      ['Versions', 'utad 0.1.0, TensorFlow.js 4.22.0, Node 20.20.2'],
    ],
    metrics: {
      image: { auroc: 0.9312, aurocMean: 0.9312, aurocMax: 0.8841 },
      pixel: { auroc: 0.9644, iou: { paper: 0.213, fitted: 0.3415, oracle: 0.4471 } },
    },
    thresholds: { image: 0.01523, pixel: 0.0213, paper: 0.0657, oracle: 0.0318 },
    reduction: 'mean',
    scores,
    losses: Object.entries(stages).map(([stage, terms]) => {
      const epochs = 30;
      const courses = Object.entries(terms).map(([term, [start = 0, end = 0]]) => ({
        term,
        training: course(epochs, start, end, next),
        validation: course(epochs, start, end * 1.15, next),
      }));
      return {
        stage,
        epochs: Array.from({ length: epochs }, (_, epoch) => ({
          losses: Object.fromEntries(courses.map(({ term, training }) => [term, training[epoch] ?? 0])),
          validation: Object.fromEntries(
            courses.map(({ term, validation }) => [term, validation[epoch] ?? 0]),
          ),
        })),
      };
    }),
    comparisons: [
      { name: 'PM, Eq. 8', imageAuroc: 0.9312, pixelAuroc: 0.9644 },
      { name: '|x − x̂|', imageAuroc: 0.8417, pixelAuroc: 0.9021 },
      { name: '|x − m|', imageAuroc: 0.8803, pixelAuroc: 0.9218 },
      {
        name: 'distance to the mean training image',
        imageAuroc: 0.6105,
        pixelAuroc: null,
        note: 'what a set that is too easy would let anything reach',
      },
    ],
    restoration: {
      insideInput: 0.3421,
      insideImpression: 0.0813,
      outsideReconstruction: 0.0121,
      outsideImpression: 0.0214,
    },
    layerShares: [
      { name: 'conv1_2', share: 0.218 },
      { name: 'conv2_2', share: 0.337 },
      { name: 'conv3_4', share: 0.445 },
      { name: 'φ(x, x̂)', share: 0.41 },
      { name: 'φ(m, m̂)', share: 0.12 },
      { name: 'φ(x, m)', share: 0.47 },
    ],
    gallery: [...sorted.slice(0, 6), ...sorted.slice(-3)].map((image) => row(image, side, next)),
    notes: [
      'Pixel metrics are computed at 256 x 256.',
      'The map is a sum over three VGG-19 layers; it shows where an image is unusual, not what is wrong with it.',
    ],
  };
}
