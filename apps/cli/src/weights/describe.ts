import type { CachedWeights } from '@utad/perceptual/node';
import { formatFacts, formatNumber } from '../terminal/format';

/** What is known of downloaded weights, for people. */
export function describeWeights(record: CachedWeights, path: string): string {
  return formatFacts([
    ['weights', record.name],
    ['id', record.id],
    ['from', record.url],
    ['fetched', record.fetched],
    ['SHA-256 of the tensors', record.sha256],
    ['preprocessing', record.preprocessing],
    ['mean features', describeScale(record.featureScale)],
    ['file', path],
  ]);
}

/** `conv1_2 0.31, conv2_2 0.45, conv3_4 0.38`: of the layers that measure. */
export function describeScale(scale: Readonly<Record<string, number>>): string {
  const layers = ['conv1_2', 'conv2_2', 'conv3_4'];
  return layers
    .map((layer) => `${layer} ${scale[layer] === undefined ? '-' : formatNumber(scale[layer])}`)
    .join(', ');
}
