import { describeOnnx, encodeGraph, GraphBuilder, OnnxError, withOutputs } from '@utad/onnx';

const graph = new GraphBuilder('line');
const x = graph.input('x', 'float32', ['N']);
const doubled = graph.add('Mul', [x, graph.scalar(2)]);
graph.output('y', graph.add('Add', [doubled, graph.scalar(1)]), 'float32', ['N']);
const file = encodeGraph(graph.build());
console.log(describeOnnx(withOutputs(file, [doubled])).outputs.map(({ name }) => name)); // [ 'y', 'Mul' ]
try {
  describeOnnx(file.subarray(0, file.length / 2));
} catch (error) {
  console.log(error instanceof OnnxError && error.code); // malformed
}
