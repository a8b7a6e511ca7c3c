import * as tf from '@tensorflow/tfjs';
import { kerasPreprocessing } from '@utad/features';
import { TfjsBackbone } from '@utad/features/tfjs';
import { PerceptualScorer } from '@utad/perceptual';
import {
  layerTable,
  reference,
  referenceImage,
  referenceWeights,
  relativeError,
} from '../../features/test/reference';

const allLayers = layerTable.map(([name]) => name);

/** How far the backend in use is from the float64 reference: the largest difference over the largest value, of each. */
export async function perceptualErrors(): Promise<Record<string, number>> {
  const errors: Record<string, number> = {};
  const expected = reference.keras;
  const vgg = new TfjsBackbone(referenceWeights(kerasPreprocessing), { layers: allLayers });
  const x = referenceImage(0);
  for (const [l, feature] of vgg.tensorFeatures(x).entries()) {
    const name = allLayers[l] ?? '';
    const found = (await feature.data()).filter((_, i) => i % 97 === 0);
    errors[name] = relativeError(found, expected.features[name]?.values ?? []);
    feature.dispose();
  }
  vgg.dispose();

  const taps = new TfjsBackbone(referenceWeights(kerasPreprocessing));
  const scorer = new PerceptualScorer(taps);
  const [m, r, n] = [referenceImage(1), referenceImage(2), referenceImage(3)];
  const maps = scorer.maps({ x, m, r, n }, [
    ['x', 'r'],
    ['m', 'n'],
    ['x', 'm'],
  ]);
  for (const [l, map] of maps.perLayer.entries()) {
    errors[`map of ${taps.layers[l]}`] = relativeError(await map.data(), expected.perLayer[l] ?? []);
  }
  for (const [p, map] of maps.perPair.entries()) {
    errors[`map of pair ${p}`] = relativeError(await map.data(), expected.perPair[p] ?? []);
  }
  const distance = scorer.distance(x, r);
  errors.distance = relativeError(await distance.data(), [expected.distance]);
  tf.dispose([x, m, r, n, maps.total, maps.perLayer, maps.perPair, distance]);
  taps.dispose();
  return errors;
}
