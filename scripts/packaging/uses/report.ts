import { floatTiff, ReportError, renderReport } from '@utad/report';

async function main(): Promise<void> {
  console.log(floatTiff(new Float32Array(4), [2, 2]).length); // 152
  const page = await renderReport({
    title: 'washer',
    createdAt: '2026-03-01T14:05:09.000Z',
    facts: [],
    metrics: {
      image: { auroc: 1 },
      pixel: { auroc: null, iou: { paper: null, fitted: null, oracle: null } },
    },
    thresholds: { image: 0.5, pixel: 0.5 },
    scores: [
      { id: 'one', defectType: 'good', label: 0, score: 0.2 },
      { id: 'two', defectType: 'hole', label: 1, score: 0.7 },
    ],
    losses: [],
    notes: [],
  });
  console.log(page.includes('finds 1 of 1 anomalous images')); // true
  try {
    floatTiff(new Float32Array(3), [2, 2]);
  } catch (error) {
    console.log(error instanceof ReportError && error.code); // length
  }
}
void main();
