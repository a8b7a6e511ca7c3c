import { mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BackboneWeights,
  encodeWeights,
  kerasPreprocessing,
  randomWeights,
  vgg19,
} from '@utad/features';
import { userCacheFolder } from '@utad/files/node';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, runUtad, TINY } from './run-utad';

/** Weights that are told from all others by seed. */
const made: BackboneWeights = {
  ...withoutSeed(randomWeights(vgg19, 5)),
  name: 'made for tests',
  preprocessing: kerasPreprocessing,
};
const file = encodeWeights(made);

let folder = '';
let server: Server;
let url = '';
let served = file;
let requests = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests += 1;
    if (request.url !== '/vgg/model.safetensors') {
      response.writeHead(request.url?.startsWith('/broken') ? 503 : 404).end();
      return;
    }
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const begin = Number(first ?? 0);
    const end = Math.min(served.length, Number(last ?? served.length - 1) + 1);
    response.writeHead(first === undefined ? 200 : 206, {
      'content-length': end - begin,
      etag: `"${served.length}"`,
      ...(first !== undefined && { 'content-range': `bytes ${begin}-${end - 1}/${served.length}` }),
    });
    response.end(served.subarray(begin, end));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/vgg/model.safetensors`;
});

afterAll(() => server.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'utad-weights-'));
  served = file;
  requests = 0;
  await sharp({ create: { width: 24, height: 16, channels: 3, background: '#804020' } }).toFile(
    join(folder, 'a.png'),
  );
  await sharp({ create: { width: 24, height: 16, channels: 3, background: '#204080' } }).toFile(
    join(folder, 'b.png'),
  );
  await sharp({ create: { width: 1, height: 1, channels: 3, background: '#204080' } }).toFile(
    join(folder, 'dot.png'),
  );
  const grey = { raw: { width: 16, height: 24, channels: 1 } } as const;
  await sharp(Buffer.alloc(16 * 24, 128), grey)
    .toColourspace('b-w')
    .png()
    .toFile(join(folder, 'tall.png'));
  // A cache of its own, but for native TensorFlow where this user has it.
  await mkdir(join(folder, 'cache/utad'), { recursive: true });
  await symlink(join(userCacheFolder(), 'native'), join(folder, 'cache/utad/native'));
  return () => rm(folder, { recursive: true });
});

/** A run with a cache of its own and weights that only it names. */
function utad(args: readonly string[], env: Record<string, string | undefined> = {}): Promise<Ended> {
  const own = { XDG_CACHE_HOME: join(folder, 'cache'), UTAD_VGG19: undefined, UTAD_OFFLINE: '1', ...env };
  return runUtad(args, { cwd: folder, env: own });
}

async function done(args: readonly string[], env?: Record<string, string>) {
  const { code, stdout, stderr } = await utad([...args, '--json'], env);
  expect(stderr.join('\n')).not.toMatch(/^utad: /m);
  expect(code).toBe(0);
  return { document: JSON.parse(stdout), stderr };
}

async function refused(args: readonly string[], code: number, message: RegExp, env?: Record<string, string>) {
  const ended = await utad(args, env);
  expect(ended.stderr.at(-1)).toMatch(message);
  expect(ended.code).toBe(code);
}

describe('utad weights', () => {
  it('fetches once, lists and verifies what was fetched, and finds it damaged', async () => {
    expect((await done(['weights', 'list'])).document).toMatchObject({
      folder: join(folder, 'cache/utad/vgg19'),
      sources: [{ id: 'torchvision', fetched: false, citation: expect.stringContaining('Simonyan') }],
      weights: [],
    });
    const { document } = await done(['weights', 'fetch', '--url', url]);
    expect(document).toMatchObject({
      name: 'made for tests',
      url,
      sha256: made.sha256,
      preprocessing: 'keras',
      reused: false,
      featureScale: { conv1_2: expect.any(Number), conv2_2: expect.any(Number), conv3_4: expect.any(Number) },
    });
    const asked = requests;
    expect((await done(['weights', 'fetch', url])).document).toMatchObject({
      reused: true,
      path: document.path,
    });
    expect(requests).toBe(asked);

    expect((await done(['weights', 'list'])).document.weights).toMatchObject([
      { id: document.id, sha256: made.sha256, problem: null },
    ]);
    const text = await utad(['weights', 'list']);
    expect(text.stdout).toContain(made.sha256);
    expect(text.stdout).toMatch(/mean features +conv1_2 \d/);

    expect((await done(['weights', 'verify', document.id])).document.weights).toMatchObject([
      { problem: null },
    ]);
    expect((await utad(['weights', 'verify', document.path])).stdout).toContain(made.sha256);
    await truncate(document.path, 1000);
    await refused(
      ['weights', 'verify'],
      1,
      /^utad: 1 of 1 set of weights cannot be used; `utad weights fetch/,
    );
    expect(JSON.parse((await utad(['weights', 'verify', '--json'])).stdout).weights[0].problem).toMatch(
      /of SHA-256 \w{64}, as it was written, received \w{64} \(1000 bytes\)$/,
    );
  });

  it('refuses other weights than the first time until told otherwise', async () => {
    await done(['weights', 'fetch', url]);
    const other = withoutSeed(randomWeights(vgg19, 6));
    served = encodeWeights({ ...other, name: 'others, of another length' });
    const pinned = new RegExp(
      `expected ${url} to bring the weights of SHA-256 ${made.sha256}, as on .*, received ${other.sha256}$`,
    );
    await refused(['weights', 'fetch', url, '--force'], 1, pinned);
    expect((await done(['weights', 'fetch', url, '--repin'])).document.sha256).toBe(other.sha256);
  });

  it.each<[string, string[], number, RegExp]>([
    [
      'an unknown source',
      ['fetch', 'torch'],
      2,
      /^utad: VGG-19 weights: expected torchvision or a URL, received "torch"$/,
    ],
    [
      'two sources',
      ['fetch', 'torchvision', '--url', 'http://a.b/'],
      2,
      /^utad: expected a source or --url, received/,
    ],
    ['a URL of another kind', ['fetch', 'ftp://a.b/c'], 2, /expected a URL of http or https, received ftp:$/],
    [
      'weights that nobody has',
      ['verify', 'mine'],
      2,
      /^utad: expected a path or the id of fetched weights \(none yet\), received mine$/,
    ],
    [
      'a file that is none',
      ['verify', 'a.png'],
      1,
      /^utad: VGG-19 weights: expected .* in .*a\.png, received/,
    ],
  ])('says in one line: %s', async (_, args, code, message) => {
    await refused(['weights', ...args], code, message);
  });

  it('says what a server answers', async () => {
    await refused(
      ['weights', 'fetch', url.replace('model', 'other')],
      2,
      /other\.safetensors, received 404 Not Found$/,
    );
    const broken = url.replace('/vgg/', '/broken/');
    const ended = await utad(['weights', 'fetch', broken]);
    expect(ended.code).toBe(1);
    expect(ended.stderr.filter((line) => line.endsWith('again in 0.5 s'))).toHaveLength(1);
    expect(ended.stderr.at(-1)).toMatch(
      /^utad: VGG-19 weights: expected http:.*, received 503 Service Unavailable$/,
    );
  });
});

describe('utad distance', () => {
  it('is what each layer adds, names its weights, and is zero for equal images', async () => {
    const { document } = await done(['distance', 'a.png', 'b.png', '--vgg19', 'random']);
    expect(document).toMatchObject({
      a: 'a.png',
      size: [16, 24],
      weights: { name: 'random (seed 0)', seed: 0, preprocessing: 'torchvision' },
      notes: [expect.stringContaining('not learnt')],
    });
    expect(document.perLayer.map(({ layer }: { layer: string }) => layer)).toEqual([
      'conv1_2',
      'conv2_2',
      'conv3_4',
    ]);
    const sum = (key: 'distance' | 'share') =>
      document.perLayer.reduce(
        (total: number, row: Record<string, number>) => total + (row[key] ?? Number.NaN),
        0,
      );
    expect(sum('distance')).toBeCloseTo(document.distance, 6);
    expect(sum('share')).toBeCloseTo(1, 6);
    expect(document.distance).toBeGreaterThan(0.01);
    const same = (await done(['distance', 'a.png', 'a.png', '--vgg19', 'random'])).document;
    expect(same).toMatchObject({
      distance: 0,
      perLayer: [{ share: null }, { share: null }, { share: null }],
    });
  });

  it('takes weights from a file, a URL and the cache alike, and says what was converted', async () => {
    await writeFile(join(folder, 'own.safetensors'), file);
    const args = ['distance', 'a.png', 'tall.png', '--size', '16x20'];
    const fromFile = (await done([...args, '--vgg19', 'own.safetensors'])).document;
    expect(fromFile).toMatchObject({
      size: [16, 20],
      weights: { name: 'made for tests', sha256: made.sha256, preprocessing: 'keras' },
      notes: [
        '1 image: resized from 16x24 to 16x20.',
        expect.stringContaining('1 image: grey'),
        expect.stringContaining('24x16'),
      ],
    });
    const fromUrl = (await done(args, { UTAD_VGG19: url })).document;
    expect(fromUrl.distance).toBe(fromFile.distance);
    const asked = requests;
    // Nothing named: what was fetched last.
    expect((await done(args)).document).toMatchObject({
      distance: fromFile.distance,
      weights: fromFile.weights,
    });
    expect(requests).toBe(asked);
    expect((await done([...args, '--normalize'])).document).toMatchObject({ normalize: 'unit' });
  });

  it('goes on with the bundled weights, and says why, where none can be fetched', async () => {
    // No test asks a public server for anything.
    const unreachable = join(folder, 'no-network.mjs');
    await writeFile(unreachable, "globalThis.fetch = () => Promise.reject(new Error('no network here'));");
    const env = { UTAD_OFFLINE: '', NODE_OPTIONS: `--import ${unreachable}` };
    const { document, stderr } = await done(['distance', 'a.png', 'b.png'], env);
    expect(document.weights.name).toBe('utad-vgg19');
    expect(stderr.find((line) => line.startsWith('VGG-19: no weights named'))).toMatch(
      /fetching VGG-19 of torchvision/,
    );
    expect(
      stderr.some((line) =>
        /expected an answer from https:.*no network here; the bundled weights are taken instead$/.test(line),
      ),
    ).toBe(true);
    const offline = await done(['distance', 'a.png', 'b.png']);
    expect(offline.stderr.some((line) => line.startsWith('VGG-19: no weights named'))).toBe(false);
    expect(offline.document.distance).toBe(document.distance);
  });

  it.each<[string, string[], number, RegExp]>([
    ['an image that is not there', ['a.png', 'c.png'], 2, /^utad: expected an image, but c\.png is no file$/],
    ['a folder', ['a.png', '.'], 2, /^utad: expected an image, but \. is no file$/],
    [
      'images of two sizes',
      ['a.png', 'tall.png'],
      2,
      /of one size, but a\.png has 16x24 and tall\.png 24x16; --size 256 resizes both$/,
    ],
    ['images of one pixel', ['dot.png', 'dot.png'], 2, /of at least 4x4 pixels, but dot\.png has 1x1$/],
    [
      'a size that is none',
      ['a.png', 'b.png', '--size', '3'],
      2,
      /'--size <pixels>' argument '3' is invalid\. Expected N or HxW/,
    ],
    [
      'weights that are not there',
      ['a.png', 'b.png', '--vgg19', 'vgg'],
      2,
      /^utad: --vgg19: expected VGG-19 weights, but vgg does not exist$/,
    ],
    [
      'weights that are none',
      ['a.png', 'b.png', '--vgg19', 'a.png'],
      1,
      /^utad: VGG-19 weights: expected a safetensors file or a manifest in JSON/,
    ],
  ])('says in one line: %s', async (_, args, code, message) => {
    await refused(['distance', ...args], code, message);
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    [
      'a layer that is missing, naming those there',
      async () => {
        const shape = [3, 3, 3, 64];
        const weights = [{ name: 'conv1_1/kernel', shape, dtype: 'float32' }];
        await writeFile(join(folder, 'model.json'), JSON.stringify([{ paths: ['all'], weights }]));
        return 'model.json';
      },
      /expected conv1_1\/bias, conv1_2\/kernel, .*conv3_4\/bias, found conv1_1\/kernel$/,
    ],
    [
      'weights of the wrong shape',
      async () => {
        const weights = Object.entries(made.tensors).map(([name, { shape }]) => ({
          name,
          shape: name === 'conv2_1/kernel' ? [3, 3, 32, 128] : shape,
          dtype: 'float32',
        }));
        await writeFile(join(folder, 'model.json'), JSON.stringify([{ paths: ['all'], weights }]));
        return 'model.json';
      },
      /expected conv2_1\/kernel of shape \[3,3,64,C\], C from 1 to 4096, received \[3,3,32,128\]$/,
    ],
    [
      'a truncated file',
      async () => {
        await writeFile(join(folder, 'cut.safetensors'), file.subarray(0, 100_000));
        return 'cut.safetensors';
      },
      /expected a safetensors file of \d+ bytes, as its header says, received 100000$/,
    ],
    ['a server error', async () => url.replace('/vgg/', '/broken/'), /received (status )?503/],
  ])('says in one line what is wrong with weights: %s', async (_, prepare, message) => {
    await refused(['distance', 'a.png', 'b.png', '--vgg19', await prepare()], 1, message);
  });

  it('refuses a picture too large to go through the network at once, and a broken one', async () => {
    const large = join(folder, 'large.png');
    await sharp({ create: { width: 2000, height: 1000, channels: 3, background: '#204080' } }).toFile(large);
    await refused(
      ['distance', 'large.png', 'large.png'],
      2,
      /at most 1048576 pixels, but large\.png has 1000x2000; --size/,
    );
    const bytes = await readFile(join(folder, 'a.png'));
    await writeFile(join(folder, 'cut.png'), bytes.subarray(0, bytes.length - 20));
    await refused(['distance', 'a.png', 'cut.png'], 1, /^utad: .*cut\.png/);
  });
});

describe('weights of a run', () => {
  const TRAIN = ['train', '--root', 'good', '--out', 'run'];

  it('are fetched from a URL, remembered, and found by their hash in the cache when they moved', async () => {
    await mkdir(join(folder, 'good'));
    for (let i = 0; i < 6; i++) {
      await sharp(join(folder, i % 2 ? 'a.png' : 'b.png'))
        .modulate({ hue: 5 * i })
        .toFile(join(folder, `good/${i}.png`));
    }
    const trained = await done([...TRAIN, ...TINY, '--vgg19', url]);
    expect(trained.document.weights.vgg19).toMatchObject({ name: 'made for tests', sha256: made.sha256 });
    const config = JSON.parse(await readFile(join(folder, 'run/config.json'), 'utf8'));
    expect(config.vgg19).toMatch(/cache\/utad\/vgg19\/model-\w+\.safetensors$/);
    // Away from its run a bundle knows the hash of its weights alone.
    await rename(join(folder, 'run/bundle'), join(folder, 'bundle'));
    const predicted = await done(['predict', 'bundle', 'a.png', '--out', 'found']);
    expect(predicted.document.notes).not.toContainEqual(expect.stringContaining('random'));

    // Without the cache they are nowhere; naming where they are fetches them again.
    await rm(join(folder, 'cache/utad/vgg19'), { recursive: true });
    await refused(
      ['predict', 'bundle', 'a.png', '--out', 'again'],
      2,
      /expected the VGG-19 weights "made for tests" \(SHA-256 \w{64}\); give them with --vgg19 PATH\|URL or UTAD_VGG19$/,
    );
    await done(['predict', 'bundle', 'a.png', '--out', 'again', '--vgg19', url]);
  });
});

function withoutSeed({ seed: _, ...weights }: BackboneWeights): BackboneWeights {
  return weights;
}
