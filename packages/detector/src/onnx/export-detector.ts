import { addResize, encodeGraph, type Graph, GraphBuilder, OnnxError } from '@utad/onnx';
import type { AnomalyDetector } from '../detector';
import type { Thresholds } from '../thresholds';
import { addPictureBytes, toUnitRange } from './values';

/** What {@link exportDetector} puts into a file. */
export interface ExportDetectorOptions {
  /** What `score` and `map` mean: they become facts of the file. */
  readonly thresholds: Thresholds;
  /** What explains a map, parts and pictures, as further outputs. Default false. */
  readonly explain?: boolean;
  /** Further facts, by name. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A detector as one ONNX file, from pixels to map and score: `images`, uint8 RGB `[B, H, W, 3]` of any B, H and W, as
 * decoders give them, to `map` `[B, h, w]` and `score` `[B]`, float32. Resizing is inside, byte for byte as `resizeImage` of
 * `@utad/core` does it. Thresholds are facts of the file: `image_threshold`, `pixel_threshold`, `threshold_images`.
 *
 * With `explain` there are also `part/<name>` `[B, h, w]` and `picture/<name>`, uint8 RGB of the detector's input size.
 *
 * @returns the bytes of an .onnx file, opset 18.
 * @throws OnnxError `conversion` when the detector cannot say in operators what it computes.
 */
export async function exportDetector(
  detector: AnomalyDetector,
  { thresholds, explain = false, metadata = {} }: ExportDetectorOptions,
): Promise<Uint8Array> {
  if (detector.graph === undefined) {
    const message = `${detector.kind}: expected a detector that can be written as ONNX operators, and it is none`;
    throw new OnnxError('conversion', message);
  }
  const inner = await detector.graph();
  return encodeGraph(fromPixels(detector, inner, explain), {
    ...metadata,
    detector: detector.kind,
    input_size: detector.inputSize.join('x'),
    image_threshold: String(thresholds.image),
    pixel_threshold: String(thresholds.pixel),
    threshold_images: String(thresholds.images),
    ...(thresholds.engine !== undefined && { thresholds_engine: thresholds.engine }),
    verdict: 'an image is anomalous where score >= image_threshold, a pixel where map >= pixel_threshold',
  });
}

function fromPixels(
  { kind, inputSize }: Pick<AnomalyDetector, 'kind' | 'inputSize'>,
  inner: Graph,
  explain: boolean,
): Graph {
  const graph = new GraphBuilder(kind);
  const resized = addResize(graph, graph.input('images', 'uint8', ['B', 'H', 'W', 3]), inputSize); // [B, h, w, 3]
  const values = graph.inline(inner, { images: toUnitRange(graph, resized) });
  for (const { name, type, shape } of inner.outputs) {
    const value = values[name] ?? '';
    if (name === 'map' || name === 'score') graph.output(name, value, type, shape);
    else if (explain && name.startsWith('part/')) graph.output(name, value, type, shape);
    else if (explain && name.startsWith('picture/')) {
      graph.output(name, addPictureBytes(graph, value), 'uint8', shape);
    }
  }
  return graph.build();
}
