export { channelWeightsFromSafetensors } from './channel-weights';
export { checkImages } from './check-images';
export { PerceptualReference } from './perceptual-reference';
export {
  type Difference,
  type PerceptualMaps,
  PerceptualScorer,
  type PerceptualScorerOptions,
} from './scorer';
