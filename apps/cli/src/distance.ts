import type { Size } from '@utad/core';
import { imageDistance } from '@utad/pipeline/node';
import { type AssetFlags, assetOptions, tensorFlowBackend } from './commands/options';
import { type Context, watch } from './context';
import { formatFacts, formatNumber, formatTable } from './terminal/format';
import { describeScale } from './weights';

export interface DistanceOptions extends AssetFlags {
  readonly size?: Size;
  readonly normalize?: boolean;
}

/** `utad distance`: how different two images look. */
export async function distance(
  a: string,
  b: string,
  { size, normalize = false, ...assets }: DistanceOptions,
  context: Context,
): Promise<void> {
  const measured = await imageDistance(a, b, {
    ...assetOptions(assets),
    ...(size && { size }),
    ...{ normalize, backend: tensorFlowBackend(context.backend), ...watch(context) },
  });
  const { distance: total, perLayer, backend, seconds, notes } = measured;
  const { name, sha256, seed, preprocessing } = measured.weights;
  context.output.result(
    {
      a,
      b,
      size: measured.size,
      distance: total,
      perLayer,
      normalize: normalize ? 'unit' : 'none',
      weights: {
        name,
        sha256,
        ...(seed !== undefined && { seed }),
        preprocessing: preprocessing.name,
        featureScale: measured.featureScale,
      },
      backend: { name: backend.name, version: backend.version, device: backend.device },
      seconds,
      notes,
    },
    [
      formatTable([
        ['layer', 'distance', 'share'],
        ...perLayer.map((row) => [
          row.layer,
          formatNumber(row.distance),
          row.share === null ? '-' : `${Math.round(100 * row.share)} %`,
        ]),
        ['all', formatNumber(total), ''],
      ]),
      '',
      formatFacts([
        ['weights', `${name}, SHA-256 ${sha256.slice(0, 12)}`],
        ['preprocessing', preprocessing.name],
        ['mean features', describeScale(measured.featureScale)],
      ]),
    ].join('\n'),
  );
}
