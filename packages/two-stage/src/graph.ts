import type { AnomalyDetector } from '@utad/detector';
import { addReduction } from '@utad/detector/onnx';
import type { ExpertNet } from '@utad/expert-net';
import type { BackboneWeights } from '@utad/features';
import { addBackbone } from '@utad/features/onnx';
import type { IeNet } from '@utad/ie-net';
import { type Graph, GraphBuilder } from '@utad/onnx';
import { addLayersModel, toChannelsFirst, toChannelsLast } from '@utad/onnx/layers-model';
import type { PerceptualScorer } from '@utad/perceptual';
import { addPerceptualMaps } from '@utad/perceptual/onnx';

/** What a two-stage detector is made of. */
interface TwoStageParts extends Pick<AnomalyDetector, 'kind' | 'inputSize'> {
  readonly ieNet: IeNet;
  readonly expertNet: ExpertNet;
  readonly scorer: PerceptualScorer;
  readonly vgg19: BackboneWeights;
  readonly reduction: 'mean' | 'max';
}

/** The two networks and Eq. 8 as ONNX operators, as `graph` of a detector describes it. */
export async function twoStageGraph(
  { kind, inputSize, ieNet, expertNet, scorer, vgg19, reduction }: TwoStageParts,
  pairs: readonly (readonly [string, string])[],
): Promise<Graph> {
  const [height, width] = inputSize;
  const graph = new GraphBuilder(kind);
  const x = toChannelsFirst(graph, graph.input('images', 'float32', ['B', height, width, 3])); // [B, 3, H, W]
  const { impression /* m */, code } = await addIeNet(graph, ieNet, x);
  const { reconstruction /* x̂ */, naiveImpression /* m̂ */ } = await addExpertNet(
    graph,
    expertNet,
    x,
    impression,
  );
  const pictures = { impression, naiveImpression, reconstruction };

  const images = Object.entries({ x, ...pictures });
  const all = graph.add(
    'Concat',
    images.map(([, image]) => image),
    { axis: 0 },
  ); // [4 B, 3, H, W]
  const features = addBackbone(graph, vgg19, all).map((layer) =>
    graph.addMany('Split', [layer], images.length, { axis: 0, num_outputs: images.length }),
  );
  const ofImage = Object.fromEntries(
    images.map(([name], index) => [name, features.map((layer) => layer[index] ?? '')]),
  );
  const maps = addPerceptualMaps(graph, scorer, ofImage, pairs, inputSize);

  const shape = ['B', height, width];
  graph.output('map', maps.total, 'float32', shape);
  graph.output('score', addReduction(graph, maps.total, inputSize, reduction), 'float32', ['B']);
  for (const [index, map] of maps.perLayer.entries())
    graph.output(`part/layer/${scorer.extractor.layers[index]}`, map, 'float32', shape);
  for (const [index, map] of maps.perPair.entries())
    graph.output(`part/pair/${pairs[index]?.join(', ')}`, map, 'float32', shape);
  for (const [name, picture] of Object.entries(pictures))
    graph.output(`picture/${name}`, toChannelsLast(graph, picture), 'float32', [...shape, 3]);
  graph.output('code', code, 'float32', ['B', ieNet.config.latent]);
  return graph.build();
}

/** x to m and the mean of z, as `IeNet.impression` and `embed` compute them. */
async function addIeNet(
  graph: GraphBuilder,
  { config, encoder, decoder }: IeNet,
  x: string,
): Promise<{ impression: string; code: string }> {
  const [features = '', , distribution = ''] = await addLayersModel(graph, encoder, [x]);
  const [code = ''] = graph.addMany('Split', [distribution], 2, { axis: 1, num_outputs: 2 }); // [B, latent]
  const [impression = ''] = await addLayersModel(graph, decoder, [
    config.bottleneck === 'spatial' ? features : code,
  ]);
  return { impression, code };
}

/** x and m to x̂ and m̂, as `ExpertNet.reconstruct` and `naiveImpression` compute them. */
async function addExpertNet(
  graph: GraphBuilder,
  expertNet: ExpertNet,
  x: string,
  impression: string,
): Promise<{ reconstruction: string; naiveImpression: string }> {
  const { paintsOnInput } = expertNet.config;
  const networks = expertNet.networks();
  const through = async (name: string, inputs: string[]): Promise<string> => {
    const network = networks[`expert-net-${name}`];
    if (network === undefined) throw new Error(`expected a network expert-net-${name}`);
    const [output = ''] = await addLayersModel(graph, network, inputs);
    return output;
  };
  const painted = (input: string, output: string) =>
    paintsOnInput ? addPainting(graph, input, output) : output;
  const detail /* s */ = await through('detail', [x]);
  const contentA = await through('encoder-a', [impression]);
  const contentB = await through('encoder-b', [x]);
  return {
    reconstruction: painted(impression, await through('decoder-a', [contentA, detail])),
    naiveImpression: painted(x, await through('decoder-b', [contentB])),
  };
}

/** `sigmoid(logit(input) + change)`, as Expert-Net paints on its input. */
function addPainting(graph: GraphBuilder, input: string, change: string): string {
  const inside = graph.add('Clip', [input, graph.scalar(PAINT_MARGIN), graph.scalar(1 - PAINT_MARGIN)]);
  const odds = graph.add('Div', [inside, graph.add('Sub', [graph.scalar(1), inside])]);
  return graph.add('Sigmoid', [graph.add('Add', [graph.add('Log', [odds]), change])]);
}

/** As Expert-Net has it. */
const PAINT_MARGIN = 0.001;
