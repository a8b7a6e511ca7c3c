import { OnnxError } from './error';

/** The types of values that graphs here are made of, by the names that ONNX Runtime gives them. */
export type OnnxType = 'float32' | 'float64' | 'uint8' | 'int32' | 'int64' | 'bool';

/** Values as plain data, row by row. */
export type OnnxValues = Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array;

/** A constant of a graph. */
export interface GraphTensor {
  /** Of each value. */
  readonly type: OnnxType;
  /** Length of each axis; of a scalar none. */
  readonly shape: readonly number[];
  /** As many values as the product of the shape, the last axis fastest. */
  readonly data: OnnxValues;
}

/** An input or output: an axis of any length goes by a name, such as `B`. */
export interface GraphValue {
  /** By which a run gives or takes it. */
  readonly name: string;
  /** Of each value. */
  readonly type: OnnxType;
  /** Length of each axis, or its name. */
  readonly shape: readonly (number | string)[];
}

/**
 * An attribute of an operator. Whole numbers are integers, as nearly all attributes are; what ONNX has as a float says so,
 * `{ float: 0.1 }`.
 */
export type Attribute = number | readonly number[] | string | { readonly float: number };

/** One operator. */
export interface GraphNode {
  /** Its ONNX name, such as `Conv` (https://onnx.ai/onnx/operators/). */
  readonly op: string;
  /** Names of values; an input that is left out is an empty one. */
  readonly inputs: readonly string[];
  /** Names of the values that it makes. */
  readonly outputs: readonly string[];
  /** By their ONNX names, such as `strides`. */
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A computation as plain data: operators of opset 18 in an order in which they can run. */
export interface Graph {
  /** What it is called. */
  readonly name: string;
  /** What a run must give. */
  readonly inputs: readonly GraphValue[];
  /** What a run answers. */
  readonly outputs: readonly GraphValue[];
  /** Its operators; each reads inputs, constants and what earlier ones made. */
  readonly nodes: readonly GraphNode[];
  /** Constants by name. */
  readonly initializers: ReadonlyMap<string, GraphTensor>;
}

/**
 * Puts a graph together, operator by operator. Values go by names that it makes, so they can be neither misspelt nor taken
 * twice.
 *
 * @example
 * const graph = new GraphBuilder('halves');
 * const x = graph.input('x', 'float32', ['N']);
 * graph.output('y', graph.add('Mul', [x, graph.scalar(0.5)]), 'float32', ['N']);
 * encodeGraph(graph.build()); // the bytes of an .onnx file
 */
export class GraphBuilder {
  readonly #inputs: GraphValue[] = [];
  readonly #outputs: GraphValue[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #initializers = new Map<string, GraphTensor>();
  /** Names in use, each with how often it has been asked for. */
  readonly #taken = new Map<string, number>();

  constructor(
    /** What the graph is called. */
    readonly name: string,
  ) {}

  /** An input, which whoever runs the graph names. */
  input(name: string, type: OnnxType, shape: readonly (number | string)[]): string {
    const free = this.#nameFor(name);
    if (free !== name) throw new OnnxError('input', `${this.name}: expected one input ${name}, received two`);
    this.#inputs.push({ name, type, shape });
    return name;
  }

  /**
   * A constant.
   *
   * @param hint what its name begins with, for who looks at the file. Default `constant`.
   * @throws OnnxError `malformed` when there are more or fewer values than the shape has room for.
   */
  constant(data: OnnxValues, shape: readonly number[], hint = 'constant'): string {
    const count = shape.reduce((product, side) => product * side, 1);
    if (data.length !== count) {
      const message = `${this.name}: expected ${count} values of ${hint} for shape [${shape}], received ${data.length}`;
      throw new OnnxError('malformed', message);
    }
    const name = this.#nameFor(hint);
    this.#initializers.set(name, { type: typeOf(data), shape, data });
    return name;
  }

  /** A float32 without axes. */
  scalar(value: number): string {
    return this.constant(Float32Array.of(value), []);
  }

  /** Whole numbers `[n]`, as shapes, axes and the like are given. */
  integers(...values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** An operator of one output, whose name comes back. */
  add(op: string, inputs: readonly string[], attributes: GraphNode['attributes'] = {}): string {
    const output = this.#nameFor(op);
    this.#nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }

  /** An operator of several outputs, such as `Split`. */
  addMany(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes: GraphNode['attributes'] = {},
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.#nameFor(op));
    this.#nodes.push({ op, inputs, outputs, attributes });
    return outputs;
  }

  /**
   * Makes a value an output.
   *
   * @param name under which a run answers it.
   * @throws OnnxError `output` when there is one of that name.
   */
  output(name: string, value: string, type: OnnxType, shape: readonly (number | string)[]): void {
    const free = this.#nameFor(name);
    if (free !== name)
      throw new OnnxError('output', `${this.name}: expected one value ${name}, received two`);
    // A value has one name: an operator that copies nothing gives it another.
    this.#nodes.push({ op: 'Identity', inputs: [value], outputs: [name], attributes: {} });
    this.#outputs.push({ name, type, shape });
  }

  /**
   * Takes another graph in, whose inputs become the values given.
   *
   * @param values by the names of the other's inputs.
   * @returns its outputs' values by name.
   * @throws OnnxError `input` when one of its inputs is not given.
   */
  inline(other: Graph, values: Readonly<Record<string, string>>): Record<string, string> {
    const renamed = new Map<string, string>();
    for (const { name } of other.inputs) {
      const value = values[name];
      if (value === undefined)
        throw new OnnxError('input', `${this.name}: expected a value for ${name} of ${other.name}`);
      renamed.set(name, value);
    }
    for (const [name, tensor] of other.initializers) {
      const free = this.#nameFor(name);
      renamed.set(name, free);
      this.#initializers.set(free, tensor);
    }
    const inner = (name: string) => renamed.get(name) ?? name;
    for (const { op, inputs, outputs, attributes } of other.nodes) {
      const made = outputs.map((name) => {
        // The names of outputs stay free for outputs of this graph.
        const free = this.#nameFor(`${other.name}/${name}`);
        renamed.set(name, free);
        return free;
      });
      this.#nodes.push({ op, inputs: inputs.map(inner), outputs: made, attributes });
    }
    return Object.fromEntries(other.outputs.map(({ name }) => [name, inner(name)]));
  }

  /** The graph, without what no output needs. */
  build(): Graph {
    const needed = new Set(this.#outputs.map(({ name }) => name));
    const nodes: GraphNode[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((name) => needed.has(name))) continue;
      nodes.push(node);
      for (const name of node.inputs) needed.add(name);
    }
    return {
      name: this.name,
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
      nodes: nodes.reverse(),
      initializers: new Map([...this.#initializers].filter(([name]) => needed.has(name))),
    };
  }

  #nameFor(hint: string): string {
    let times = this.#taken.get(hint) ?? 0;
    let name = hint;
    while (this.#taken.has(name)) name = `${hint}_${++times}`;
    this.#taken.set(hint, times);
    this.#taken.set(name, this.#taken.get(name) ?? 0);
    return name;
  }
}

function typeOf(data: OnnxValues): OnnxType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Uint8Array) return 'uint8';
  return data instanceof Int32Array ? 'int32' : 'int64';
}
