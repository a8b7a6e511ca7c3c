import { averagePrecision, bestF1, PixelAccumulator, quantile, rocAuc } from '@utad/eval';
import type {
  DefectTypeRow,
  DifferenceGroup,
  GalleryRow,
  ImageScore,
  PartGroup,
  ReportData,
  RestorationGoals,
} from '@utad/report';
import { GalleryBuilder } from '@utad/report/node';
import { sampleLatent } from './sample-latent';

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
  const part = (name: string, group: 'layer' | 'pair', share: number) => ({
    name,
    group,
    values: anomalyMap.map((value) => value * share),
  });
  const [x, m] = pictures;
  const repair = anomalyMap.map((_, i) => Math.abs((x?.[i * 3] ?? 0) - (m?.[i * 3] ?? 0)) / 255);
  return {
    ...image,
    size: [side, side],
    images,
    maps: [
      { name: 'anomaly map', group: 'total', values: anomalyMap },
      part('conv1_2', 'layer', 0.22),
      part('conv2_2', 'layer', 0.34),
      part('conv3_4', 'layer', 0.44),
      part('φ(x, x̂)', 'pair', 0.41),
      part('φ(m, m̂)', 'pair', 0.12),
      part('φ(x, m)', 'pair', 0.47),
      { name: '|x − m|', group: 'repair', values: repair },
    ],
    mask,
    neighbours: [0, 1, 2].map((i) => ({
      id: `train/good/${String(Math.floor(next() * 8)).padStart(3, '0')}.png`,
      distance: 0.4 + 0.3 * i,
    })),
  };
}

const course = (epochs: number, start: number, end: number, next: () => number) =>
  Array.from(
    { length: epochs },
    (_, i) => (end + (start - end) * Math.exp((-5 * i) / epochs)) * (1 + 0.04 * (next() - 0.5)),
  );

/** The numbers of each type, without an interval for the second, as a type with a single image has none. */
function defectTypesOf(scores: readonly ImageScore[], threshold: number): DefectTypeRow[] {
  const good = scores.filter(({ label }) => label === 0);
  return [...new Set(scores.map(({ defectType }) => defectType))].map((defectType, i) => {
    const images = scores.filter((image) => image.defectType === defectType);
    const label = images[0]?.label ?? 0;
    const pair = label === 1 ? [...good, ...images] : [];
    const auroc =
      label === 1
        ? rocAuc(
            pair.map((image) => image.label),
            pair.map(({ score }) => score),
          )
        : null;
    return {
      defectType,
      label,
      images: images.length,
      called: images.filter(({ score }) => score >= threshold).length,
      auroc,
      interval:
        auroc === null || i === 1
          ? null
          : { low: auroc - 0.07, high: Math.min(auroc + 0.05, 1), confidence: 0.95 },
      iou: label === 1 ? 0.21 + 0.05 * i : null,
      median: quantile(
        images.map(({ score }) => score),
        0.5,
      ),
    };
  });
}

/** Curves of the pixels of some rows. */
function pixelCurvesOf(rows: readonly GalleryRow[]) {
  const pixels = new PixelAccumulator();
  for (const { maps, mask, size } of rows) {
    const [total] = maps;
    if (mask && total) pixels.add(total.values, mask, size);
  }
  return pixels.curves({ points: 200 });
}

/** What a detector of two stages calls the groups of its map. */
export const samplePartGroups: readonly PartGroup[] = [
  { key: 'layer', heading: 'By feature layer, from fine texture to larger shapes' },
  { key: 'pair', heading: 'By pair of images compared' },
];

/** And a difference that it draws. */
export const sampleDifference: DifferenceGroup = {
  key: 'repair',
  name: '|x − m|',
  heading: 'Repaired by the impression',
  description: 'Difference of input and impression',
};

/** And what its pictures are judged by. */
export function sampleGoals(measured: {
  readonly insideInput: number;
  readonly insideImpression: number;
  readonly outsideReconstruction: number;
  readonly outsideImpression: number;
}): RestorationGoals {
  const impression = { name: 'impression', symbol: 'm' };
  return {
    about:
      'Every defective test image has a clean twin, the same picture without the defect, so what the two stages do can be measured.',
    goals: [
      {
        ...{ where: 'inside', target: 'clean twin', goal: { atMost: 0.5 } },
        ...{ picture: impression, difference: measured.insideImpression },
        ...{ reference: { name: 'input', symbol: 'x' }, referenceDifference: measured.insideInput },
      },
      {
        ...{ where: 'outside', target: 'input', goal: { below: 1 } },
        ...{ picture: { name: 'reconstruction', symbol: 'x̂' }, difference: measured.outsideReconstruction },
        ...{ reference: impression, referenceDifference: measured.outsideImpression },
      },
    ],
  };
}

/** A report of a run that never was, with every optional part. */
export async function sampleReport(side = 64): Promise<ReportData> {
  const next = random(7);
  const kinds = ['scratch', 'hole', 'stain', 'missing', 'contamination'];
  const scores: ImageScore[] = [
    ...Array.from({ length: 40 }, (_, i) => ({
      id: `test/good/${String(i).padStart(3, '0')}.png`,
      defectType: 'good',
      label: 0 as const,
      score: 0.0105 + 0.004 * (next() + next() + next() - 1.2),
    })),
    ...kinds.flatMap((defectType, k) =>
      Array.from({ length: 12 }, (_, i) => ({
        id: `test/${defectType}/${String(i).padStart(3, '0')}.png`,
        defectType,
        label: 1 as const,
        score: 0.0135 + 0.0018 * k + 0.007 * (next() + next() + next() - 1.2),
      })),
    ),
  ];
  const sorted = scores.toSorted((a, b) => b.score - a.score);
  const labels = scores.map(({ label }) => label);
  const values = scores.map(({ score }) => score);
  const auroc = rocAuc(labels, values);
  const aupr = averagePrecision(labels, values);
  const f1Max = bestF1(labels, values).f1;
  const confidence = 0.95;
  const threshold = 0.01523;
  const rows = [...sorted.slice(0, 6), ...sorted.slice(-3)].map((image) => row(image, side, next));
  const gallery = new GalleryBuilder({
    pixelThreshold: 0.0213,
    imageThreshold: threshold,
    expected: rows.length,
    differences: [sampleDifference],
  });
  for (const each of rows) await gallery.add(each);
  for (let i = 0; i < 8; i++) {
    const good = row({ id: `train/good/00${i}.png`, defectType: 'good', label: 0, score: 0 }, side, next);
    await gallery.setTrainingPicture(good.id, good.size, good.images[0]?.pixels ?? new Uint8Array());
  }
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
      ['VGG-19 weights', 'ImageNet, Keras, 8b5f1c2d'],
      ['Training took', '142 s'],
      ['Versions', 'utad 0.1.0, TensorFlow.js 4.22.0, Node 20.20.2'],
    ],
    hardware: [
      ['Processor', 'A processor of four cores'],
      ['Memory', '16.0 GiB'],
      ['System', 'linux x64, Node 20.20.2'],
      ['Backend', 'tfjs-node on TensorFlow 2.21.0'],
    ],
    configuration: 'ieNet:\n  inputSize: [64, 64]\n  latent: 64\nscore:\n  reduction: mean\n',
    metrics: {
      image: {
        ...{ auroc, aupr, f1Max, aurocMean: auroc, aurocMax: 0.8841 },
        intervals: {
          auroc: { low: auroc - 0.052, high: auroc + 0.038, confidence },
          aupr: { low: aupr - 0.041, high: aupr + 0.029, confidence },
          f1Max: { low: f1Max - 0.06, high: f1Max + 0.044, confidence },
        },
      },
      pixel: {
        ...{ auroc: 0.9644, aupr: 0.4127, aupro: 0.8236, f1Max: 0.6179 },
        iou: { paper: 0.213, fitted: 0.3415, oracle: 0.4471 },
      },
    },
    thresholds: { image: threshold, pixel: 0.0213, images: 24, paper: 0.0657, oracle: 0.0318 },
    reduction: 'mean',
    scores,
    defectTypes: defectTypesOf(scores, threshold),
    pixelCurves: pixelCurvesOf(rows),
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
    restoration: sampleGoals({
      ...{ insideInput: 0.3421, insideImpression: 0.0813 },
      ...{ outsideReconstruction: 0.0121, outsideImpression: 0.0214 },
    }),
    changes: {
      about: 'An impression should differ from the input where the defect is, and nowhere else.',
      pictures: [
        {
          ...{ name: 'impression', symbol: 'm', inside: 0.2871, outside: 0.0196 },
          ...{ good: 0.0184, share: 0.412, area: 0.031 },
        },
        {
          ...{ name: 'reconstruction', symbol: 'x̂', inside: 0.1012, outside: 0.0117 },
          ...{ good: 0.0109, share: 0.287, area: 0.031 },
        },
      ],
    },
    partGroups: samplePartGroups,
    partShares: [
      { group: 'layer', name: 'conv1_2', share: 0.218 },
      { group: 'layer', name: 'conv2_2', share: 0.337 },
      { group: 'layer', name: 'conv3_4', share: 0.445 },
      { group: 'pair', name: 'φ(x, x̂)', share: 0.41 },
      { group: 'pair', name: 'φ(m, m̂)', share: 0.12 },
      { group: 'pair', name: 'φ(x, m)', share: 0.47 },
    ],
    latent: sampleLatent(scores, 240, random(11)),
    gallery: gallery.build(),
    notes: [
      'Pixel metrics are computed at 256 x 256.',
      'The map is a sum over three VGG-19 layers; it shows where an image is unusual, not what is wrong with it.',
    ],
  };
}
