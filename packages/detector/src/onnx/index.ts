export { addReduction } from './add-reduction';
export { type OnnxDetectorOptions, onnxDetector } from './onnx-detector';
