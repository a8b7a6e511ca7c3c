import type { ReportData } from '@utad/report';

/** A report with nothing in it that may be absent. */
export const bareReport: ReportData = {
  title: 'bare',
  createdAt: '2026-03-01T14:05:09.000Z',
  facts: [],
  metrics: {
    image: { auroc: null },
    pixel: { auroc: null, iou: { paper: null, fitted: null, oracle: null } },
  },
  thresholds: { image: 0.015, pixel: 0.02 },
  reduction: 'maximum',
  scores: [],
  losses: [],
  notes: [],
};
