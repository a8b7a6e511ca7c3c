/** What is wrong with weights. */
export type WeightsProblem =
  /** The manifest or its JSON is not what a manifest is. */
  | 'malformed'
  /** A kernel or bias is not there. */
  | 'missing'
  /** It is there more than once. */
  | 'ambiguous'
  /** It has another shape than VGG-19's. */
  | 'shape'
  /** It is not float32, or is quantised. */
  | 'dtype'
  /** Files hold fewer or more bytes than the manifest says. */
  | 'size'
  /** A path leads out of the folder. */
  | 'path'
  /** A file cannot be read; the cause says why. */
  | 'unreadable';

/** Weights that cannot be used. `problem` is for code, `message` for people. */
export class WeightsError extends Error {
  override readonly name = 'WeightsError';
  readonly problem: WeightsProblem;
  /** The kernel, bias or file concerned, where there is one. */
  readonly subject: string | undefined;

  constructor(problem: WeightsProblem, message: string, subject?: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
    this.subject = subject;
  }
}
