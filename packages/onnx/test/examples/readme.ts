import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { encodeGraph, GraphBuilder, OnnxSession } from '@utad/onnx';
import { addLayersModel } from '@utad/onnx/layers-model';
import { findOnnxRuntime } from '@utad/onnx/node';

// A layers model, with an operator behind it, becomes a file.
const conv = tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', inputShape: [8, 8, 3] });
const model = tf.sequential({ layers: [conv, tf.layers.globalAveragePooling2d({})] });
const graph = new GraphBuilder('classifier');
const x = graph.input('x', 'float32', ['B', 3, 8, 8]); // channels first, any number of images
const [y = ''] = await addLayersModel(graph, model, [x]);
graph.output('y', graph.add('Softmax', [y], { axis: 1 }), 'float32', ['B', 4]);
const folder = await mkdtemp(join(tmpdir(), 'onnx-'));
const file = join(folder, 'classifier.onnx');
await writeFile(file, encodeGraph(graph.build(), { classes: 'a, b, c, d' }));

// ONNX Runtime runs it.
const session = await OnnxSession.open(await readFile(file), await findOnnxRuntime());
const data = new Float32Array(2 * 3 * 8 * 8).fill(0.5);
const answers = await session.run({ x: { type: 'float32', shape: [2, 3, 8, 8], data } });
console.log(answers.y?.shape, session.description.metadata.classes); // [ 2, 4 ] a, b, c, d
const expected = tf.softmax(tf.concat([model.predict(tf.fill([2, 8, 8, 3], 0.5))].flat())).dataSync();
console.log(expected.every((value, i) => Math.abs(value - Number(answers.y?.data[i])) < 1e-5)); // true
await session.dispose();
await rm(folder, { recursive: true });
