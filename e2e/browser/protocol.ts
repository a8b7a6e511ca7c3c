/** What a page is asked to do, and what it answers. Both travel as JSON. */
export interface Task {
  readonly backend: 'cpu' | 'wasm' | 'webgpu';
  /** Whether a worker of the page does it. */
  readonly inWorker: boolean;
  /** Whether a detector is trained for a few steps as well. */
  readonly trains: boolean;
  /** Logical cores that the worker is made to believe in; the wasm backend takes half of them for threads. */
  readonly cores?: number;
  /** Whether WebGPU's device is made to refuse a program in the end. */
  readonly provokes?: boolean;
}

export interface Answer {
  readonly backend: string;
  /** Threads of the wasm backend; 1 on others. */
  readonly threads: number;
  readonly isolated: boolean;
  /** The anomaly maps, one after the other. */
  readonly maps: readonly number[];
  readonly scores: readonly number[];
  /** The losses of every epoch, where a detector was trained. */
  readonly losses: readonly (readonly number[])[];
  /** How many ops and gradients were compared with references in float64, and what was wrong with which. */
  readonly checked: number;
  readonly wrong: readonly string[];
  /** Tensors left after everything was disposed of. */
  readonly tensorsLeft: number;
  /** What reading a value threw once the device had refused a program; empty where none was provoked. */
  readonly refusal: string;
}

export interface Failure {
  readonly error: string;
  /** Whether this browser has no such backend, which is no defect of what is tested. */
  readonly absent: boolean;
}
