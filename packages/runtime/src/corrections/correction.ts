/** What is wrong with an op of TensorFlow.js 4.22 on a backend. */
export type Defect =
  /** It is not there. */
  | 'missing'
  /** Its numbers are wrong for some inputs. */
  | 'wrong'
  /** It is right, and several times slower than the backend could be. */
  | 'slow';

/** A defect of TensorFlow.js, and what takes its place. */
export interface Correction {
  /** Backend and op: `'wasm/MaxPoolGrad'`. */
  readonly name: string;
  /** TensorFlow.js's name of the backend (`'cpu'`, `'tensorflow'`, `'wasm'`), or `'all'`. */
  readonly backend: string;
  /** The kernel, or the op whose gradient is corrected. */
  readonly op: string;
  /** What is wrong without it. */
  readonly defect: Defect;
  /** One line: which inputs are concerned, and what comes of them. */
  readonly reason: string;
  /** Whether it is in force. */
  isApplied(): boolean;
  /** Puts it in force; does nothing where it is. */
  apply(): void;
  /** Puts back what was there before; does nothing where it is not in force. */
  undo(): void;
}
