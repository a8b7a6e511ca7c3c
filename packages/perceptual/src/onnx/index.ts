import type { Size } from '@utad/core';
import type { GraphBuilder } from '@utad/onnx';
import type { PerceptualScorer } from '../scorer';

/** What {@link addPerceptualMaps} adds to a graph. */
export interface PerceptualMapValues {
  /** `[B, H, W]`, the sum of either of the others. */
  readonly total: string;
  /** `[B, H, W]` a layer, in the scorer's order. */
  readonly perLayer: readonly string[];
  /** `[B, H, W]` a pair. */
  readonly perPair: readonly string[];
}

/**
 * Eq. 8 as ONNX operators: what `maps` of the scorer computes, of features that the graph has.
 *
 * @param features of each image, a value `[B, C, h, w]` a layer, in the scorer's order.
 * @param pairs of names of images.
 * @param size H and W of the maps.
 */
export function addPerceptualMaps<K extends string>(
  graph: GraphBuilder,
  { layerWeights, channelWeights, difference, normalize }: PerceptualScorer,
  features: Readonly<Record<K, readonly string[]>>,
  pairs: readonly (readonly [K, K])[],
  size: Size,
): PerceptualMapValues {
  const layers = layerWeights.map((weight, l) => {
    const ofImage = (name: K) => {
      const feature = features[name][l];
      if (feature === undefined) throw new RangeError(`${name}: expected features of layer ${l}, found none`);
      return normalize === 'unit' ? unitLength(graph, feature) : feature;
    };
    const maps = pairs.map(([a, b]) => {
      const apart = graph.add('Sub', [ofImage(a), ofImage(b)]); // [B, C, h, w]
      const distance = difference === 'l2' ? graph.add('Mul', [apart, apart]) : graph.add('Abs', [apart]);
      return overChannels(graph, distance, channelWeights?.[l]); // [B, 1, h, w]
    });
    const weighted = graph.add('Mul', [graph.add('Concat', maps, { axis: 1 }), graph.scalar(weight)]); // [B, P, h, w]
    return resized(graph, weighted, size); // [B, P, H, W]
  });
  const pixels = (map: string, hint: string) => graph.add(hint, [map, graph.integers(1)], { keepdims: 0 });
  const perPair = graph.addMany('Split', [graph.add('Sum', layers)], pairs.length, {
    axis: 1,
    num_outputs: pairs.length,
  });
  const perLayer = layers.map((map) => pixels(map, 'ReduceSum')); // [B, H, W] each
  return {
    total: graph.add('Sum', perLayer),
    perLayer,
    perPair: perPair.map((map) => graph.add('Squeeze', [map, graph.integers(1)])),
  };
}

function overChannels(
  graph: GraphBuilder,
  distance: string,
  weights: readonly number[] | Float32Array | undefined,
): string {
  if (weights === undefined) return graph.add('ReduceMean', [distance, graph.integers(1)]);
  const column = graph.constant(Float32Array.from(weights), [weights.length, 1, 1]);
  return graph.add('ReduceSum', [graph.add('Mul', [distance, column]), graph.integers(1)]);
}

/** Bilinearly with half-pixel centres. */
function resized(graph: GraphBuilder, maps: string, [height, width]: Size): string {
  const shape = graph.add('Shape', [maps], { start: 0, end: 2 });
  const sizes = graph.add('Concat', [shape, graph.integers(height, width)], { axis: 0 });
  return graph.add('Resize', [maps, '', '', sizes], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
  });
}

/** Features of norm 1 over channels, as the scorer has them. */
function unitLength(graph: GraphBuilder, feature: string): string {
  const squares = graph.add('ReduceSum', [graph.add('Mul', [feature, feature]), graph.integers(1)]);
  return graph.add('Div', [feature, graph.add('Sqrt', [graph.add('Add', [squares, graph.scalar(1e-10)])])]);
}
