import type { KnownTree } from './known-dataset';

/** Magnetic tiles. Nobody published splits, so they are made by seed. */
export const MAGNETIC_TILE: KnownTree = {
  id: 'magnetic-tile',
  title: 'Magnetic-tile defects',
  description:
    'Grey images of magnetic tiles of many sizes: 952 good ones, and 392 with blowholes, breaks, cracks, frays and uneven grinding, with masks.',
  licence: {
    name: 'none stated; the authors welcome use and ask to be cited',
    url: 'https://github.com/abin24/Magnetic-tile-defect-datasets.',
    accept: true,
  },
  citation:
    'Y. Huang, C. Qiu, K. Yuan: Surface defect saliency of magnetic tile. The Visual Computer 36, 2020, doi:10.1007/s00371-018-1588-5',
  homepage: 'https://github.com/abin24/Magnetic-tile-defect-datasets.',
  kind: 'tree',
  tree: ['MT_Free/Imgs/<name>.jpg', 'MT_<defect>/Imgs/<name>.jpg', 'MT_<defect>/Imgs/<name>.png'],
  layout: {
    inside: ['Magnetic-tile-defect-datasets.-master'],
    images: { by: 'seed', all: 'MT_{kind}/Imgs' },
    good: 'Free',
    endings: ['.jpg'],
    // The borders of the masks are antialiased.
    masks: { paths: ['MT_{kind}/Imgs/{stem}.png'], threshold: 127 },
  },
  categories: [],
  splits: {
    train: 'By seed, four in five of the good images.',
    test: 'The other good images and all defective ones.',
  },
  sources: [
    {
      url: 'https://github.com/abin24/Magnetic-tile-defect-datasets./archive/refs/heads/master.zip',
      file: 'magnetic-tile.zip',
      archive: 'zip',
    },
  ],
};
