/** The look of drawings of latent codes: test images in colours, training images behind them in grey. */
export const latentStyle = `
:root { --defect-0: #c0480f; --defect-1: #7b3fa0; --defect-2: #1a6e3c; --defect-3: #a8246b; --defect-4: #80650a; }
@media screen and (prefers-color-scheme: dark) {
  :root { --defect-0: #f5945c; --defect-1: #c79be8; --defect-2: #6cc48d; --defect-3: #f08bbd; --defect-4: #d9b54a; }
}
.chart .latent-frame { fill: none; stroke: var(--rule); }
.latent-training { fill: var(--soft); fill-opacity: .4; }
.latent-good { fill: none; stroke: var(--good); stroke-width: 1.5; }
.latent-defect { fill-opacity: .85; stroke: var(--page); stroke-width: .5; }
.latent-0 { fill: var(--defect-0); }
.latent-1 { fill: var(--defect-1); }
.latent-2 { fill: var(--defect-2); }
.latent-3 { fill: var(--defect-3); }
.latent-4 { fill: var(--defect-4); }
.latent figcaption { margin-top: .5rem; }
.latent-legend { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; padding: 0; margin: 0 0 1rem; list-style: none; font-size: .875rem;
  max-width: none; font-variant-numeric: tabular-nums; }
.latent-legend svg { width: 1rem; height: 1rem; vertical-align: -.125rem; }
@media print { .latent-frame, [class^="latent-"] { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
