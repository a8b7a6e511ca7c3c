export { addBackbone, onnxBackbone } from './onnx-backbone';
export { type OnnxFeaturesOptions, onnxFeatures, type VisionTokens } from './onnx-features';
