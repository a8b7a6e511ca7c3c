import { join, resolve } from 'node:path';
import { Words } from '@utad/pipeline';
import { type EvaluatedRun, RunFolder } from '@utad/pipeline/node';
import { twoStageKind } from '@utad/two-stage';
import { describe, expect, it } from 'vitest';
import { chooseImages } from '../src/node/compare-grid';
import { nameDetectors } from '../src/node/compare-names';
import { expectDifferentFolders } from '../src/node/compare-run';
import { notesOf, setupOf, titleOf } from '../src/node/compare-setup';

type Items = EvaluatedRun['scores']['items'];

interface Sketch {
  readonly path: string;
  readonly category?: string;
  readonly kind?: string;
  readonly preset?: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly weights?: string;
  readonly items?: Items;
  readonly root?: string;
  readonly note?: string;
}

/** A run as it is read, of which only a few things matter. */
function run(sketch: Sketch): EvaluatedRun {
  const {
    path,
    category = 'screw',
    preset = 'fast',
    seed = 0,
    epochs = 30,
    weights = 'imagenet',
    items = [],
  } = sketch;
  const { root = '/mvtec', note, kind = 'two-stage' } = sketch;
  return {
    folder: new RunFolder(path),
    path: join(path, 'bundle'),
    config: {
      ...{ detector: kind, module: null, dataset: 'mvtec', root, category, limit: null },
      ...{
        skipBad: false,
        augment: null,
        roi: null,
        preset,
        seed,
        backend: null,
        assets: {},
        checkpointEvery: 100,
      },
      config: {
        training: {
          ieNet: { epochs, batchSize: 8, optimizer: { kind: 'sgd', learningRate: 0.001, momentum: 0.9 } },
        },
        score: { reduction: category === '8' ? 'mean' : 'max' },
      },
    },
    manifest: {
      ...{ format: 1, kind: 'two-stage', config: {}, inputSize: [128, 96], score: { reduction: 'max' } },
      ...{ thresholds: { image: 1, pixel: 1, images: 2 }, assets: {}, versions: {}, networks: [], files: {} },
      training: { dataset: 'mvtec', category, images: 20, fingerprint: '', seed },
    },
    history: undefined,
    metrics: {
      ...{ detector: 'two-stage', dataset: 'mvtec', category, testSet: { root, limit: null, seed: 0 } },
      image: { auroc: null },
      pixel: { auroc: null, aupro: null, iou: { paper: null, fitted: null, oracle: null } },
      shares: { 'layer/conv1_2': 0.5, 'layer/conv2_2': 0.5, 'pair/x, impression': 1 },
      ...{ score: { reduction: 'max' }, training: { images: category === 'screw' ? 288 : 188, seed } },
      notes: note === undefined ? [] : [note],
    },
    scores: { weights: { vgg19: { name: weights, sha256: weights } }, items },
    source: { dataset: 'mvtec', root, category },
  };
}

const namesOf = (runs: readonly EvaluatedRun[], labels = new Map<string, string>()) =>
  nameDetectors(runs, labels).map(({ name, runs }) => [name, ...runs.map(({ folder }) => folder.name)]);

describe('runs are one detector', () => {
  it('whatever their category, seed and reduction', () => {
    const runs = [run({ path: 'a' }), run({ path: 'b', category: '8', seed: 3 })];
    expect(namesOf(runs)).toEqual([['fast', 'a', 'b']]);
  });

  it('but not with another preset, other weights or another setting, by which they are named', () => {
    const first = run({ path: 'a' });
    expect(namesOf([first, run({ path: 'b', preset: 'small' })])).toEqual([
      ['fast', 'a'],
      ['small', 'b'],
    ]);
    expect(namesOf([first, run({ path: 'b', weights: 'bundled' })])).toEqual([
      ['fast, imagenet', 'a'],
      ['fast, bundled', 'b'],
    ]);
    const mean = run({ path: 'm', kind: 'mean-image', preset: 'plain' });
    expect(namesOf([first, run({ path: 'b', preset: 'small' }), mean]).map(([name]) => name)).toEqual([
      'two-stage, fast',
      'two-stage, small',
      'mean-image',
    ]);
    expect(namesOf([first, run({ path: 'b', epochs: 60 })])).toEqual([
      ['fast, training.ieNet.epochs 30', 'a'],
      ['fast, training.ieNet.epochs 60', 'b'],
    ]);
  });

  it('where they are given one name, which goes to all runs of a detector', () => {
    const runs = [run({ path: 'a' }), run({ path: 'b', category: '8' }), run({ path: 'c', epochs: 60 })];
    expect(namesOf(runs, new Map([[resolve('b'), 'ours']]))).toEqual([
      ['ours', 'a', 'b'],
      ['fast', 'c'],
    ]);
    expect(namesOf(runs, new Map([[resolve('b'), 'fast']]))).toEqual([
      ['fast', 'a', 'b'],
      ['fast, 2', 'c'],
    ]);
    const both = new Map(['a', 'c'].map((path) => [resolve(path), 'all']));
    expect(namesOf(runs, both)).toEqual([['all', 'a', 'b', 'c']]);
    const torn = new Map(['a', 'b'].map((path) => [resolve(path), path]));
    expect(() => namesOf(runs, torn)).toThrow('received a and b');
  });
});

it('a folder is not compared with itself', () => {
  expect(() => expectDifferentFolders(['a', 'b', join('b', '..', 'a')])).toThrow('received a and a, which');
});

describe('images of the grid', () => {
  const items = (types: readonly string[], scores: readonly number[]): Items =>
    scores.map((score, i) => ({
      id: `${types[i]}/${i}`,
      defectType: types[i] ?? '',
      label: types[i] === 'good' ? 0 : 1,
      score,
    }));

  it('are the lower median of each type, good ones first', () => {
    const types = ['hole', 'hole', 'hole', 'good', 'good', 'good', 'good', 'crack'];
    const chosen = chooseImages([run({ path: 'a', items: items(types, [9, 1, 5, 4, 3, 2, 1, 0]) })]);
    expect(chosen.map(({ id }) => id)).toEqual(['good/5', 'crack/7', 'hole/2']);
  });

  it('are chosen by mean rank, so that no detector counts more for its units', () => {
    const types = ['hole', 'hole', 'hole', 'hole', 'hole'];
    // Ranks 0 1 2 3 4 and 0 3 1 2 4: the sums are 0, 4, 3, 5 and 8.
    const a = run({ path: 'a', items: items(types, [1, 2, 3, 4, 5]) });
    const b = run({ path: 'b', items: items(types, [100, 4000, 200, 300, 5000]) });
    expect(chooseImages([a, b]).map(({ id }) => id)).toEqual(['hole/1']);
    expect(chooseImages([b, a])).toEqual(chooseImages([a, b]));
  });

  it('are those that all were tested on', () => {
    const a = run({ path: 'a', items: items(['hole', 'hole', 'hole'], [1, 2, 3]) });
    const b = run({ path: 'b', items: items(['hole', 'hole', 'hole'], [1, 2, 3]).slice(2) });
    expect(chooseImages([a, b]).map(({ id }) => id)).toEqual(['hole/2']);
    expect(chooseImages([])).toEqual([]);
  });
});

describe('what differs', () => {
  it('is said of a detector, category by category', () => {
    const [detector] = nameDetectors(
      [run({ path: 'a' }), run({ path: 'b', category: 'bottle', seed: 1 })],
      new Map(),
    );
    if (detector === undefined) throw new Error('expected a detector');
    expect(new Map(setupOf(detector, new Words('two-stage', twoStageKind.describe)))).toEqual(
      new Map([
        ['Detector', 'two-stage'],
        ['Preset', 'fast'],
        ['Input size', '128 x 96'],
        ['Batch size', 'ie-net 8'],
        ['Optimiser', 'ie-net sgd 0.001 with momentum 0.9'],
        ['Training images', 'screw 288; bottle 188'],
        ['Test images', '0'],
        ['VGG-19 weights', 'imagenet'],
        ['Layers of the distance', 'conv1_2, conv2_2'],
        ['Image score', 'maximum of the map'],
        ['Seeds', 'screw 0; bottle 1'],
      ]),
    );
    expect(titleOf([detector])).toBe('fast on screw and bottle');
  });

  it('is noted: places, weights, and what evaluations said', () => {
    const runs = [
      run({ path: 'a', note: 'Both.' }),
      run({ path: 'b', preset: 'small', root: '/other', weights: 'bundled', note: 'Both.' }),
    ];
    const [first] = runs;
    const notes = notesOf(nameDetectors(runs, new Map()));
    expect(notes).toEqual([
      'The runs on mvtec / screw were tested on images in /mvtec and /other: images of one name are taken to be the same.',
      'Perceptual distances were measured with different weights: imagenet, bundled.',
      'Both.',
    ]);
    if (first === undefined) throw new Error('expected a run');
    const alone = run({ path: 'c', preset: 'paper', note: 'Mine.' });
    expect(notesOf(nameDetectors([first, alone], new Map()))).toEqual(['a: Both.', 'c: Mine.']);
    const many = Array.from({ length: 9 }, (_, seed) => run({ path: `r${seed}`, seed, note: 'Small.' }));
    expect(notesOf(nameDetectors([...many.slice(0, 6), alone], new Map()))[0]).toBe(
      'r0, r1, r2, r3, r4, r5: Small.',
    );
    expect(notesOf(nameDetectors([...many, alone], new Map()))[0]).toBe(
      'r0, r1, r2, r3, r4 and 4 others: Small.',
    );
  });
});
