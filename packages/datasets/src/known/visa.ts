import type { KnownTree } from './known-dataset';

/** VisA, with the split of its one-class protocol. */
export const VISA: KnownTree = {
  id: 'visa',
  title: 'VisA',
  description:
    '10,821 images of twelve objects, 9,621 good and 1,200 with surface and structural defects, with masks.',
  licence: { name: 'CC-BY-4.0', url: 'https://github.com/amazon-science/spot-diff#license' },
  citation:
    'Y. Zou, J. Jeong, L. Pemula, D. Zhang, O. Dabeer: SPot-the-Difference Self-Supervised Pre-training for Anomaly Detection and Segmentation. ECCV 2022, arXiv:2207.14315',
  homepage: 'https://github.com/amazon-science/spot-diff',
  kind: 'tree',
  tree: [
    'split_csv/1cls.csv',
    '<category>/Data/Images/Normal/0000.JPG',
    '<category>/Data/Images/Anomaly/000.JPG',
    '<category>/Data/Masks/Anomaly/000.png',
  ],
  layout: {
    inside: ['VisA_20220922', 'VisA'],
    images: {
      by: 'list',
      file: 'split_csv/1cls.csv',
      columns: { category: 'object', split: 'split', label: 'label', image: 'image', mask: 'mask' },
    },
    good: 'normal',
    // Masks number the types of defect from 1, so that nearly all of them look black.
    masks: { paths: [], threshold: 0 },
  },
  categories: [
    ...['candle', 'capsules', 'cashew', 'chewinggum', 'fryum', 'macaroni1', 'macaroni2', 'pcb1', 'pcb2'],
    ...['pcb3', 'pcb4', 'pipe_fryum'],
  ],
  splits: {
    train: 'Nine in ten of the good images, as split_csv/1cls.csv says.',
    test: 'The other good images and all defective ones.',
  },
  sources: [
    {
      url: 'https://amazon-visual-anomaly.s3.us-west-2.amazonaws.com/VisA_20220922.tar',
      file: 'VisA_20220922.tar',
      sha256: '2eb8690c803ab37de0324772964100169ec8ba1fa3f7e94291c9ca673f40f362',
      hashSource:
        'https://github.com/openvinotoolkit/anomalib/blob/main/src/anomalib/data/datamodules/image/visa.py',
      archive: 'tar',
    },
  ],
};
