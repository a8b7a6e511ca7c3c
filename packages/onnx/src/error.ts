/** What is wrong with an ONNX model, or with what it is given. */
export type OnnxErrorCode =
  /** Bytes that are no ONNX model. */
  | 'malformed'
  /** An operator, or a version of it, that is not known. */
  | 'operator'
  /** An output that the model does not have. */
  | 'output'
  /** An input that the model does not take. */
  | 'input'
  /** More bytes than are allowed. */
  | 'size'
  /** Weights in files beside the model, which are not read. */
  | 'external'
  /** A device that is not there. */
  | 'device'
  /** ONNX Runtime is not installed, or refuses the model or a run; the cause says why. */
  | 'runtime'
  /** A layer or option that cannot be written as ONNX. */
  | 'conversion';

/** An ONNX model that cannot be read, made or run. `code` is for code, `message`, one line, for people. */
export class OnnxError extends Error {
  override readonly name = 'OnnxError';

  constructor(
    /** What is wrong, for code to branch on. */
    readonly code: OnnxErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
