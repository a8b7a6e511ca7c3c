export { OnnxError, type OnnxErrorCode } from './error';
export {
  type Attribute,
  type Graph,
  GraphBuilder,
  type GraphNode,
  type GraphTensor,
  type GraphValue,
  type OnnxType,
  type OnnxValues,
} from './graph';
export {
  describeOnnx,
  encodeGraph,
  type OnnxDescription,
  type OnnxPort,
  OPSET,
  withOutputs,
} from './model';
export { addResize } from './resize';
export {
  type OnnxDevice,
  type OnnxRuntime,
  type OnnxRuntimeModule,
  OnnxSession,
  type OnnxSessionOptions,
  onnxRuntime,
} from './session';
