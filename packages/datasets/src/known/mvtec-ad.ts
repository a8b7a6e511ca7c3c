import type { KnownTree } from './known-dataset';

const CREATIVE_COMMONS = 'https://creativecommons.org/licenses/by-nc-sa/4.0/';

/** MVTec AD. */
export const MVTEC_AD: KnownTree = {
  id: 'mvtec',
  title: 'MVTec AD',
  description:
    '5,354 images of ten objects and five textures from industry, with more than 70 types of defect and exact masks.',
  licence: { name: 'CC-BY-NC-SA-4.0', url: CREATIVE_COMMONS, accept: true },
  citation:
    'P. Bergmann, M. Fauser, D. Sattlegger, C. Steger: MVTec AD - A Comprehensive Real-World Dataset for Unsupervised Anomaly Detection. CVPR 2019, doi:10.1109/CVPR.2019.00982',
  homepage: 'https://www.mvtec.com/company/research/datasets/mvtec-ad',
  kind: 'tree',
  tree: [
    '<category>/train/good/000.png',
    '<category>/test/good/000.png',
    '<category>/test/<defect>/000.png',
    '<category>/ground_truth/<defect>/000_mask.png',
  ],
  layout: {
    inside: ['mvtec_anomaly_detection'],
    images: { by: 'folder', train: '{category}/train/good', test: '{category}/test/{kind}' },
    good: 'good',
    masks: { paths: ['{category}/ground_truth/{kind}/{stem}_mask.png'], threshold: 127 },
    twin: '{category}/clean_twin/{kind}/{name}',
  },
  categories: [
    ...['bottle', 'cable', 'capsule', 'carpet', 'grid', 'hazelnut', 'leather', 'metal_nut', 'pill', 'screw'],
    ...['tile', 'toothbrush', 'transistor', 'wood', 'zipper'],
  ],
  splits: {
    train: 'Good images, as published.',
    test: 'Good and defective images, as published.',
  },
  sources: [
    {
      url: 'https://www.mydrive.ch/shares/38536/3830184030e49fe74747669442f0f282/download/420938113-1629952094/mvtec_anomaly_detection.tar.xz',
      file: 'mvtec_anomaly_detection.tar.xz',
      sha256: 'cf4313b13603bec67abb49ca959488f7eedce2a9f7795ec54446c649ac98cd3d',
      hashSource:
        'https://github.com/openvinotoolkit/anomalib/blob/main/src/anomalib/data/datamodules/image/mvtec.py',
      archive: 'tar.xz',
    },
  ],
  manual: [
    'Open https://www.mvtec.com/company/research/datasets/mvtec-ad and choose Download.',
    'Fill in the form and accept the licence, CC BY-NC-SA 4.0: no commercial use.',
    'Download the archive of the whole dataset, mvtec_anomaly_detection.tar.xz, or of single categories.',
    'Unpack it: mkdir mvtec_ad && tar -xf mvtec_anomaly_detection.tar.xz -C mvtec_ad',
    'Give the folder that holds the categories as --root, here mvtec_ad.',
  ],
};
