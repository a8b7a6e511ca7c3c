import type { Env, InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { OnnxError } from './error';
import type { GraphTensor } from './graph';
import { describeOnnx, type OnnxDescription } from './model';

/** What computes, in the engine. */
export type OnnxDevice = 'cpu' | 'wasm' | 'webgpu' | 'cuda';

/** What is used of `onnxruntime-node` or `onnxruntime-web`. */
export interface OnnxRuntimeModule {
  /** Opens models. */
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  /** Makes values for runs. */
  readonly Tensor: TensorConstructor;
  /** Says which package it is, and of which version. */
  readonly env: Pick<Env, 'versions'>;
}

/** ONNX Runtime on a device. */
export interface OnnxRuntime {
  /** The imported package. */
  readonly module: OnnxRuntimeModule;
  /** What computes in it. */
  readonly device: OnnxDevice;
  /** For results, such as `onnxruntime-node 1.30.0, cpu`. */
  readonly name: string;
}

/**
 * ONNX Runtime as the caller has imported it: in a page `import * as ort from 'onnxruntime-web'`, or its `/webgpu`.
 *
 * @param device Default `cpu` of `onnxruntime-node`, `wasm` of `onnxruntime-web`.
 * @example onnxRuntime(ort).name // onnxruntime-web 1.30.0, wasm
 */
export function onnxRuntime(module: OnnxRuntimeModule, device?: OnnxDevice): OnnxRuntime {
  const { node, web } = module.env.versions;
  const chosen = device ?? (node === undefined ? 'wasm' : 'cpu');
  const name = node === undefined ? `onnxruntime-web ${web ?? ''}` : `onnxruntime-node ${node}`;
  return { module, device: chosen, name: `${name.trim()}, ${chosen}` };
}

/** How a model is opened. */
export interface OnnxSessionOptions {
  /** The most bytes that its constants may take. Default 2 GiB. */
  readonly maxModelBytes?: number | undefined;
  /** Threads on a CPU. Default as many as the engine sees fit. */
  readonly threads?: number | undefined;
}

const MOST_BYTES = 2 ** 31;

/** Types of values by the number that a file has for them, as far as they are taken. */
const TYPES: ReadonlyMap<number, GraphTensor['type']> = /* @__PURE__ */ new Map([
  [1, 'float32'],
  [2, 'uint8'],
  [6, 'int32'],
  [7, 'int64'],
  [9, 'bool'],
  [11, 'float64'],
]);

/** An opened ONNX model. Plain data goes in and comes out; dispose of it after use. */
export class OnnxSession {
  readonly #session: InferenceSession;
  readonly #tensorOf: TensorConstructor;
  /** Runs and the release take turns: not every device takes two at once. */
  #last: Promise<unknown> = Promise.resolve();
  #disposed: Promise<void> | undefined;

  private constructor(
    session: InferenceSession,
    /** What computes. */
    readonly runtime: OnnxRuntime,
    /** What the file says of itself. */
    readonly description: OnnxDescription,
  ) {
    this.#session = session;
    this.#tensorOf = runtime.module.Tensor;
  }

  /**
   * Opens a model.
   *
   * @param model the bytes of an .onnx file; nothing of it is executed but operators of ONNX Runtime.
   * @throws OnnxError `malformed`, `external`, `size` before anything is allocated for it, `operator` for an operator that
   *   ONNX Runtime does not know, `device`, or `runtime`.
   */
  static async open(
    model: Uint8Array,
    runtime: OnnxRuntime,
    { maxModelBytes = MOST_BYTES, threads }: OnnxSessionOptions = {},
  ): Promise<OnnxSession> {
    const description = describeOnnx(model);
    if (description.constantBytes > maxModelBytes) {
      const message = `expected an ONNX model of at most ${maxModelBytes} bytes of weights, received ${description.constantBytes}`;
      throw new OnnxError('size', message);
    }
    try {
      const session = await runtime.module.InferenceSession.create(model, {
        executionProviders: [runtime.device],
        // Errors alone: warnings would go to the terminal.
        logSeverityLevel: 3,
        ...(threads !== undefined && { intraOpNumThreads: threads }),
      });
      return new OnnxSession(session, runtime, description);
    } catch (cause) {
      throw openError(cause, runtime);
    }
  }

  /**
   * Runs the model.
   *
   * @param inputs by name.
   * @param outputs those wanted. Default all.
   * @returns by name; plain data of the caller's.
   * @throws OnnxError `input` or `output` for a name that the model does not have, or an input of another type or shape;
   *   `runtime` when the engine refuses.
   */
  async run(
    inputs: Readonly<Record<string, GraphTensor>>,
    outputs: readonly string[] = this.#session.outputNames,
  ): Promise<Record<string, GraphTensor>> {
    if (this.#disposed)
      throw new Error('OnnxSession.run: expected a session in use, received a disposed one');
    for (const port of this.description.inputs) checkInput(port, inputs[port.name]);
    for (const name of outputs) {
      if (this.#session.outputNames.includes(name)) continue;
      const message = `expected outputs of ${this.#session.outputNames.join(', ')}, received ${name}`;
      throw new OnnxError('output', message);
    }
    return this.#inTurn(async () => {
      const feeds = Object.fromEntries(
        this.description.inputs.flatMap(({ name }) => {
          const value = inputs[name];
          return value === undefined ? [] : [[name, new this.#tensorOf(value.type, value.data, value.shape)]];
        }),
      );
      let answers: InferenceSession.OnnxValueMapType;
      try {
        answers = await this.#session.run(feeds, [...outputs]);
      } catch (cause) {
        throw new OnnxError('runtime', `${this.runtime.name} refuses the input: ${firstLine(cause)}`, {
          cause,
        });
      }
      const read: Record<string, GraphTensor> = {};
      for (const name of outputs) {
        const answer = answers[name];
        if (answer === undefined)
          throw new OnnxError('output', `expected a value for ${name}, received none`);
        read[name] = await plain(name, answer);
      }
      return read;
    });
  }

  /** Frees the model, once the runs that are being made have ended. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#inTurn(() => this.#session.release());
    return this.#disposed;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

async function plain(name: string, tensor: Tensor): Promise<GraphTensor> {
  const { type, dims } = tensor;
  // On a device it is read back, and freed there.
  const data = await tensor.getData(true);
  if (type === 'float32' && data instanceof Float32Array) return { type, shape: dims, data };
  if (type === 'float64' && data instanceof Float64Array) return { type, shape: dims, data };
  if (type === 'int64' && data instanceof BigInt64Array) return { type, shape: dims, data };
  if (type === 'int32' && data instanceof Int32Array) return { type, shape: dims, data };
  if ((type === 'uint8' || type === 'bool') && data instanceof Uint8Array) return { type, shape: dims, data };
  throw new OnnxError('output', `expected numbers of a type that is read in ${name}, received ${type}`);
}

function checkInput(
  { name, type, shape }: OnnxDescription['inputs'][number],
  value: GraphTensor | undefined,
): void {
  const wantedType = type === undefined ? undefined : TYPES.get(type);
  const sides = shape?.map((side) => side ?? '?');
  const expected = `expected ${name} ${sides === undefined ? '' : `[${sides.join(', ')}] `}of ${wantedType ?? 'a type that is written'}`;
  if (value === undefined) throw new OnnxError('input', `${expected}, received none`);
  const fits =
    value.type === wantedType &&
    (shape === undefined ||
      (shape.length === value.shape.length &&
        shape.every((side, axis) => typeof side !== 'number' || side === value.shape[axis])));
  if (!fits)
    throw new OnnxError('input', `${expected}, received [${value.shape.join(', ')}] of ${value.type}`);
}

/** What ONNX Runtime says where a device is not there: in a page, of WebGPU in Node, of CUDA. */
const NO_DEVICE = /no available backend|backend not found|WebGPU adapter|Failed to load shared library/i;

function openError(cause: unknown, { name, device }: OnnxRuntime): OnnxError {
  const reason = firstLine(cause);
  if (NO_DEVICE.test(reason)) {
    return new OnnxError('device', `${name}: expected the device ${device}, received none: ${reason}`, {
      cause,
    });
  }
  const unknown =
    /No Op registered for (\S+)/.exec(reason)?.[1] ??
    /(?:NOT_IMPLEMENTED|Could not find an implementation for).*?(\w+)\(\d+\)/.exec(reason)?.[1] ??
    /(\S+) is not a registered function\/op/.exec(reason)?.[1];
  if (unknown !== undefined) {
    return new OnnxError('operator', `expected operators that ${name} knows, received ${unknown}`, { cause });
  }
  return new OnnxError('runtime', `${name} refuses the model: ${reason}`, { cause });
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]?.trim() ?? '';
}
