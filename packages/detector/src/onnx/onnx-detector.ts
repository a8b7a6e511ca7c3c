import type { Dataset, ImageBatch, Size, TensorData } from '@utad/core';
import {
  encodeGraph,
  type Graph,
  GraphBuilder,
  type GraphTensor,
  OnnxError,
  type OnnxRuntime,
  OnnxSession,
  type OnnxSessionOptions,
} from '@utad/onnx';
import type {
  AnomalyDetector,
  Asset,
  CodeBatch,
  FitOptions,
  FitSummary,
  MapBatch,
  Prediction,
  PredictOptions,
  Reduction,
  Wanted,
} from '../detector';
import { expectImageSize } from '../predict-whole';
import { addPictureBytes, FLOAT32, toUnitRange } from './values';

/** How {@link onnxDetector} opens its sessions. */
export type OnnxDetectorOptions = Pick<OnnxSessionOptions, 'threads'>;

/**
 * The same detector, predicting on ONNX Runtime.
 *
 * @param detector becomes the result's: it is disposed of with it.
 * @throws OnnxError `conversion` when it cannot say in operators what it computes, `runtime` or `device` when ONNX Runtime
 *   refuses.
 *
 * @example
 * const detector = await onnxDetector(await kind.restore(state, config), onnxRuntime(ort));
 */
export async function onnxDetector(
  detector: AnomalyDetector,
  runtime: OnnxRuntime,
  options: OnnxDetectorOptions = {},
): Promise<AnomalyDetector> {
  if (detector.graph === undefined) {
    const message = `${detector.kind}: expected a detector that can be written as ONNX operators, and it is none`;
    throw new OnnxError('conversion', message);
  }
  const opened = new OnnxDetector(detector, await detector.graph(), runtime, options);
  // What the engine refuses shows now.
  await opened.open('map');
  return opened;
}

/** What there is of a graph by what it is for: names behind `part/` and the like. */
function namesUnder(graph: Graph, group: string): string[] {
  return graph.outputs.flatMap(({ name }) =>
    name.startsWith(`${group}/`) ? [name.slice(group.length + 1)] : [],
  );
}

/** The outputs that a session has: what every prediction needs, with what explains it, or latent codes. */
type Outputs = 'map' | 'all' | 'code';

/** The pixel difference of a picture from the input, and mean and maximum of each. */
const DIFFERENCE_GROUPS = ['difference', 'difference-mean', 'difference-max'];

class OnnxDetector implements AnomalyDetector {
  readonly embed?: (images: ImageBatch) => Promise<CodeBatch>;
  readonly graph: () => Promise<Graph>;
  readonly #inner: AnomalyDetector;
  readonly #graph: Graph;
  readonly #runtime: OnnxRuntime;
  readonly #options: OnnxDetectorOptions;
  readonly #sessions = new Map<Outputs, Promise<OnnxSession>>();
  #disposed = false;

  constructor(inner: AnomalyDetector, graph: Graph, runtime: OnnxRuntime, options: OnnxDetectorOptions) {
    this.#inner = inner;
    this.#graph = graph;
    this.graph = async () => graph;
    this.#runtime = runtime;
    this.#options = options;
    if (graph.outputs.some(({ name }) => name === 'code')) this.embed = (images) => this.#embed(images);
  }

  /** The session of some outputs: what explains a map costs time even where nobody looks at it, so it has its own. */
  open(outputs: Outputs): Promise<OnnxSession> {
    if (this.#disposed)
      return Promise.reject(new Error(`${this.kind}: expected a detector in use, received a disposed one`));
    const opening =
      this.#sessions.get(outputs) ??
      OnnxSession.open(encodeGraph(graphOf(this.#inner, this.#graph, outputs)), this.#runtime, this.#options);
    this.#sessions.set(outputs, opening);
    return opening;
  }

  get kind(): string {
    return this.#inner.kind;
  }

  get config(): unknown {
    return this.#inner.config;
  }

  get inputSize(): Size {
    return this.#inner.inputSize;
  }

  get reduction(): Reduction | undefined {
    return this.#inner.reduction;
  }

  get assets(): Readonly<Record<string, Asset>> | undefined {
    return this.#inner.assets;
  }

  async fit(_data: Dataset, _options?: FitOptions): Promise<FitSummary> {
    throw new Error(`${this.kind}: ONNX Runtime infers and does not train`);
  }

  async predict(
    images: ImageBatch,
    { parts, pictures, differences }: PredictOptions = {},
  ): Promise<Prediction> {
    expectImageSize(images, this.inputSize);
    const wanted = [
      'map',
      'score',
      ...['mean', 'max'],
      ...namesUnder(this.#graph, 'part').map((name) => `contribution/${name}`),
      ...chosen(this.#graph, 'part', parts),
      ...chosen(this.#graph, 'picture', pictures),
      ...chosen(this.#graph, 'picture', differences).flatMap((name) =>
        DIFFERENCE_GROUPS.map((group) => name.replace('picture', group)),
      ),
    ];
    const explains = parts !== undefined || pictures !== undefined || differences !== undefined;
    const session = await this.open(explains ? 'all' : 'map');
    const answers = await session.run({ images: bytesOf(images) }, wanted);
    const floats = (name: string) => floatsIn(answers, name);
    const under = (group: string) =>
      wanted.flatMap((name) => (name.startsWith(`${group}/`) ? [name.slice(group.length + 1)] : []));
    const byName = <T>(group: string, read: (name: string) => T) =>
      Object.fromEntries(under(group).map((name): [string, T] => [name, read(name)]));
    const [, height = 0, width = 0] = answers.map?.shape ?? [];
    const contributions = byName('contribution', (name) => floats(`contribution/${name}`));
    return {
      scores: floats('score'),
      maps: floats('map'),
      mapSize: [height, width],
      reductions: { mean: floats('mean'), max: floats('max') },
      ...(Object.keys(contributions).length > 0 && { contributions }),
      ...(parts !== undefined && { parts: byName('part', (name) => floats(`part/${name}`)) }),
      ...(pictures !== undefined && {
        pictures: byName('picture', (name): ImageBatch => {
          const picture = answers[`picture/${name}`]?.data;
          if (!(picture instanceof Uint8Array)) throw new TypeError(`expected bytes as picture/${name}`);
          return { data: picture, shape: images.shape };
        }),
      }),
      ...(differences !== undefined && {
        differences: byName(
          'difference',
          (name): MapBatch => ({
            values: floats(`difference/${name}`),
            means: floats(`difference-mean/${name}`),
            maxima: floats(`difference-max/${name}`),
          }),
        ),
      }),
    };
  }

  state(): Promise<ReadonlyMap<string, TensorData>> {
    return this.#inner.state();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#inner.dispose();
    // A session that did not open has nothing to free, and whoever asked for it was told.
    for (const opening of this.#sessions.values()) {
      void opening.then(
        (session) => session.dispose(),
        () => {},
      );
    }
    this.#sessions.clear();
  }

  async #embed(images: ImageBatch): Promise<CodeBatch> {
    expectImageSize(images, this.inputSize);
    const session = await this.open('code');
    const answers = await session.run({ images: bytesOf(images) }, ['code']);
    const [batch = 0, length = 0] = answers.code?.shape ?? [];
    return { data: floatsIn(answers, 'code'), shape: [batch, length] };
  }
}

/** The names of outputs of a group that are wanted. */
function chosen(graph: Graph, group: string, wanted: Wanted | undefined): string[] {
  if (wanted === undefined) return [];
  return namesUnder(graph, group)
    .filter((name) => wanted === 'all' || wanted.includes(name))
    .map((name) => `${group}/${name}`);
}

function bytesOf({ data, shape }: ImageBatch): GraphTensor {
  return { type: 'uint8', shape, data };
}

function floatsIn(answers: Readonly<Record<string, GraphTensor>>, name: string): Float32Array {
  const data = answers[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new TypeError(`expected numbers as ${name}, received ${data?.constructor.name ?? 'none'}`);
}

/** The graph that a session runs: from bytes to plain results. */
function graphOf(
  detector: Pick<AnomalyDetector, 'kind' | 'inputSize'>,
  inner: Graph,
  outputs: Outputs,
): Graph {
  const [height, width] = detector.inputSize;
  const graph = new GraphBuilder(detector.kind);
  const bytes = graph.input('images', 'uint8', ['B', height, width, 3]);
  const images = toUnitRange(graph, graph.add('Cast', [bytes], { to: FLOAT32 })); // [B, H, W, 3]
  const values = graph.inline(inner, { images });
  const valueFor = (name: string) => values[name] ?? '';
  if (outputs === 'code') {
    graph.output('code', valueFor('code'), 'float32', ['B', 'D']);
    return graph.build();
  }
  const mapShape = inner.outputs.find(({ name }) => name === 'map')?.shape ?? [];
  const reduced = (op: 'ReduceMean' | 'ReduceMax', map: string) =>
    graph.add(op, [map, graph.integers(1, 2)], { keepdims: 0 }); // [B]
  const reductions = (map: string, mean: string, max: string) => {
    graph.output(mean, reduced('ReduceMean', map), 'float32', ['B']);
    graph.output(max, reduced('ReduceMax', map), 'float32', ['B']);
  };
  graph.output('map', valueFor('map'), 'float32', mapShape);
  graph.output('score', valueFor('score'), 'float32', ['B']);
  reductions(valueFor('map'), 'mean', 'max');
  for (const name of namesUnder(inner, 'part')) {
    const part = valueFor(`part/${name}`);
    graph.output(`contribution/${name}`, reduced('ReduceMean', part), 'float32', ['B']);
    if (outputs === 'all') graph.output(`part/${name}`, part, 'float32', mapShape);
  }
  if (outputs === 'map') return graph.build();
  for (const name of namesUnder(inner, 'picture')) {
    const picture = valueFor(`picture/${name}`);
    graph.output(`picture/${name}`, addPictureBytes(graph, picture), 'uint8', ['B', height, width, 3]);
    const apart = graph.add('Abs', [graph.add('Sub', [images, picture])]);
    const difference = graph.add('ReduceMean', [apart, graph.integers(3)], { keepdims: 0 }); // [B, H, W]
    graph.output(`difference/${name}`, difference, 'float32', ['B', height, width]);
    reductions(difference, `difference-mean/${name}`, `difference-max/${name}`);
  }
  return graph.build();
}
