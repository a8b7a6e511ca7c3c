import type { KnownTree } from './known-dataset';

/** BTAD. Its three products come in two formats. */
export const BTAD: KnownTree = {
  id: 'btad',
  title: 'BTAD (beanTech Anomaly Detection)',
  description: 'Images of three industrial products, with defects of body and surface and masks.',
  licence: { name: 'CC-BY-SA-4.0', url: 'https://github.com/pankajmishra000/VT-ADL' },
  citation:
    'P. Mishra, R. Verk, D. Fornasier, C. Piciarelli, G. L. Foresti: VT-ADL: A Vision Transformer Network for Image Anomaly Detection and Localization. ISIE 2021, arXiv:2104.10036',
  homepage: 'https://github.com/pankajmishra000/VT-ADL',
  kind: 'tree',
  tree: [
    '<01, 02 or 03>/train/ok/000.bmp or 000.png',
    '<01, 02 or 03>/test/ok/000.bmp or 000.png',
    '<01, 02 or 03>/test/ko/000.bmp or 000.png',
    '<01, 02 or 03>/ground_truth/ko/000.png or 000.bmp',
  ],
  layout: {
    inside: ['BTech_Dataset_transformed'],
    images: { by: 'folder', train: '{category}/train/ok', test: '{category}/test/{kind}' },
    good: 'ok',
    masks: {
      paths: ['{category}/ground_truth/{kind}/{stem}.png', '{category}/ground_truth/{kind}/{stem}.bmp'],
      threshold: 127,
    },
  },
  categories: ['01', '02', '03'],
  splits: {
    train: 'Good images, as published.',
    test: 'Good and defective images, as published.',
  },
  sources: [
    {
      url: 'https://avires.dimi.uniud.it/papers/btad/btad.zip',
      file: 'btad.zip',
      sha256: '461c9387e515bfed41ecaae07c50cf6b10def647b36c9e31d239ab2736b10d2a',
      hashSource:
        'https://github.com/openvinotoolkit/anomalib/blob/main/src/anomalib/data/datamodules/image/btech.py',
      archive: 'zip',
    },
  ],
};
