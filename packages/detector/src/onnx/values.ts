import type { GraphBuilder } from '@utad/onnx';

/** Number of float32 in `TensorProto.DataType`. */
export const FLOAT32 = 1;
const UINT8 = 2;

/** Float32 values from 0 to 255 as values in [0, 1]. */
export function toUnitRange(graph: GraphBuilder, values: string): string {
  return graph.add('Div', [values, graph.scalar(255)]);
}

/** A picture in [0, 1] as bytes. */
export function addPictureBytes(graph: GraphBuilder, picture: string): string {
  const clipped = graph.add('Clip', [picture, graph.scalar(0), graph.scalar(1)]);
  const rounded = graph.add('Round', [graph.add('Mul', [clipped, graph.scalar(255)])]);
  return graph.add('Cast', [rounded], { to: UINT8 });
}
