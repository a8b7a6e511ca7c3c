export { addReduction } from './add-reduction';
export { type ExportDetectorOptions, exportDetector } from './export-detector';
export { type OnnxDetectorOptions, onnxDetector } from './onnx-detector';
