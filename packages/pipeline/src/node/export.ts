import { join } from 'node:path';
import { type ImageBatch, randomStream, resizeImage, type Size, sliceOf } from '@utad/core';
import type { AnomalyDetector } from '@utad/detector';
import { exportDetector } from '@utad/detector/onnx';
import { InputFiles, writeFileAtomic } from '@utad/files/node';
import { OnnxSession } from '@utad/onnx';
import { findOnnxRuntime } from '@utad/onnx/node';
import { version } from '../../package.json';
import { usageError } from '../errors';
import type { Watch } from '../events';
import type { AssetOptions } from './assets';
import type { DetectorOption } from './detectors';
import { type FoundRun, openRun } from './open';
import { filesOf } from './predict';

/** How {@link exportRun} writes a detector. */
export interface ExportOptions extends AssetOptions, Watch {
  /** Where the file goes. Default `detector.onnx` in the run, or in the working folder for a bundle that is in none. */
  readonly out?: string | undefined;
  /** What explains a map, parts and pictures, as further outputs. Default false. */
  readonly explain?: boolean | undefined;
  /** Brings the kind of the bundle where it is not built in. */
  readonly detector?: DetectorOption | undefined;
}

/** A file that was written, and compared with the detector. */
export interface ExportedRun {
  /** Of the file. */
  readonly path: string;
  /** Its length. */
  readonly bytes: number;
  /** Names of its outputs. */
  readonly outputs: readonly string[];
  /** How far map and score of the file were from the detector's, over the largest value of either. */
  readonly difference: number;
  /** What a reader of results must know. */
  readonly notes: readonly string[];
}

/** The most that results of the file may differ from the detector's, over the largest value. */
const TOLERANCE = 1e-3;

/**
 * Writes a detector as one ONNX file, from pixels to map and score, once the file, run by ONNX Runtime, was found to say of
 * made-up images what the detector says of them.
 *
 * @throws PipelineError `usage` as {@link openRun} does, and for a detector that has no ONNX operators.
 * @throws FileError where a file of the run or its bundle would be written over.
 * @throws OnnxError `conversion` for a detector that cannot be written, `runtime` where ONNX Runtime is not installed.
 * @throws Error when the file says something else than the detector; nothing is written then.
 */
export async function exportRun(found: FoundRun, options: ExportOptions = {}): Promise<ExportedRun> {
  const { explain = false, onEvent } = options;
  const path = options.out ?? join(found.run?.folder.name ?? '.', 'detector.onnx');
  await (await InputFiles.of(await filesOf(found))).expectNone([path]);
  const runtime = await findOnnxRuntime();
  await using run = await openRun(found, { ...options, engine: 'tfjs' });
  if (run.detector.graph === undefined) {
    const message = `expected a detector that can be written as ONNX operators; those of kind ${run.kind.kind} cannot`;
    throw usageError(message);
  }
  const { training, thresholds, assets: made } = run.manifest;
  const model = await exportDetector(run.detector, {
    thresholds,
    explain,
    metadata: {
      utad: version,
      training: JSON.stringify(training),
      ...Object.fromEntries(Object.entries(made).map(([name, { name: title }]) => [`asset_${name}`, title])),
    },
  });
  options.signal?.throwIfAborted();
  onEvent?.({ type: 'note', message: `comparing the file with the detector on ${runtime.name}` });
  const session = await OnnxSession.open(model, runtime);
  try {
    const difference = await differenceOf(session, run.detector);
    if (!(difference <= TOLERANCE)) {
      throw new Error(
        `export: expected the file to say what the detector says within ${TOLERANCE} of the largest value, found ${difference}; nothing was written`,
      );
    }
    await writeFileAtomic(path, model);
    const outputs = session.description.outputs.map(({ name }) => name);
    return { path, bytes: model.length, outputs, difference, notes: run.notes };
  } finally {
    await session.dispose();
  }
}

/** Of two made-up images that have to be resized, one axis up and one down. */
async function differenceOf(session: OnnxSession, detector: AnomalyDetector): Promise<number> {
  const [height, width] = detector.inputSize;
  const size: Size = [Math.ceil(height * 1.4), Math.max(1, Math.floor(width * 0.8))];
  const images = patterns(size);
  const bytes = (index: number) => sliceOf(images.data, index, 2);
  const layout = { height: size[0], width: size[1], channels: 3 } as const;
  const data = new Uint8Array(2 * height * width * 3);
  for (const index of [0, 1]) {
    data.set(resizeImage(bytes(index), layout, detector.inputSize), index * height * width * 3);
  }
  const expected = await detector.predict({ data, shape: [2, height, width, 3] });
  const { map, score } = await session.run({
    images: { type: 'uint8', shape: images.shape, data: images.data },
  });
  return Math.max(apart(expected.maps, map?.data), apart(expected.scores, score?.data));
}

/** Soft waves with noise, two of them, always the same. */
function patterns([height, width]: Size): ImageBatch {
  const random = randomStream('export');
  const data = new Uint8Array(2 * height * width * 3);
  for (const at of data.keys()) {
    const pixel = Math.floor(at / 3);
    const wave = Math.sin(((pixel % width) + 3 * (at % 3)) / 9) + Math.cos(Math.floor(pixel / width) / 7);
    data[at] = 128 + 45 * wave + random.uniform(-20, 20);
  }
  return { data, shape: [2, height, width, 3] };
}

function apart(expected: Float32Array, found: ArrayLike<unknown> | undefined): number {
  if (found?.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [largest, most] = [0, 0];
  for (const [index, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    most = Math.max(most, Math.abs(value - Number(found[index])));
  }
  return most === 0 ? 0 : most / largest;
}
