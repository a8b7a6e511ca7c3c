import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { OnnxError } from './error';
import type { Attribute, Graph, GraphNode, GraphTensor, GraphValue, OnnxType } from './graph';

/** Of all that is written here: `Resize` has antialias from it on. */
export const OPSET = 18;
/** The version of the file format that came with opset 18. */
const IR_VERSION = 8;

/** Numbers of `TensorProto.DataType` in onnx.proto. */
const DATA_TYPES: Readonly<Record<OnnxType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** Bytes of a value, by `TensorProto.DataType`; of texts none. */
const BYTES_OF_TYPE: Readonly<Record<number, number>> = {
  ...{ 1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16, 16: 2 },
  ...{ 17: 1, 18: 1, 19: 1, 20: 1, 21: 1, 22: 1 },
};

/**
 * A graph as the bytes of an .onnx file of opset 18 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 *
 * @param metadata facts for people and programs, by name.
 * @throws OnnxError `size` for 2 GiB of constants and more, which the format has no room for.
 */
export function encodeGraph(graph: Graph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const weights = [...graph.initializers.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (weights >= 2 ** 31 - 2 ** 20) {
    throw new OnnxError(
      'size',
      `${graph.name}: expected fewer than 2 GiB of constants, received ${weights} bytes`,
    );
  }
  const model = new BinaryWriter();
  model.tag(1, WireType.Varint).int64(IR_VERSION);
  text(model, 2, 'utad');
  message(model, 7, (writer) => writeGraph(writer, graph));
  message(model, 8, (writer) => writer.tag(2, WireType.Varint).int64(OPSET));
  for (const [key, value] of Object.entries(metadata)) {
    message(model, 14, (writer) => {
      text(writer, 1, key);
      text(writer, 2, value);
    });
  }
  return model.finish();
}

function writeGraph(writer: BinaryWriter, { name, inputs, outputs, nodes, initializers }: Graph): void {
  for (const node of nodes) message(writer, 1, (inner) => writeNode(inner, node));
  text(writer, 2, name);
  for (const [tensor, value] of initializers)
    message(writer, 5, (inner) => writeTensor(inner, tensor, value));
  for (const value of inputs) message(writer, 11, (inner) => writeValue(inner, value));
  for (const value of outputs) message(writer, 12, (inner) => writeValue(inner, value));
}

function writeNode(writer: BinaryWriter, { op, inputs, outputs, attributes }: GraphNode): void {
  for (const input of inputs) text(writer, 1, input);
  for (const output of outputs) text(writer, 2, output);
  text(writer, 3, outputs[0] ?? op);
  text(writer, 4, op);
  for (const [name, value] of Object.entries(attributes)) {
    message(writer, 5, (inner) => writeAttribute(inner, name, value));
  }
}

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  text(writer, 1, name);
  let type: number;
  if (typeof value === 'number') {
    type = 2;
    writer.tag(3, WireType.Varint).int64(value);
  } else if (typeof value === 'string') {
    type = 3;
    text(writer, 4, value);
  } else if ('float' in value) {
    type = 1;
    writer.tag(2, WireType.Bit32).float(value.float);
  } else {
    type = 7;
    for (const item of value) writer.tag(8, WireType.Varint).int64(item);
  }
  writer.tag(20, WireType.Varint).int32(type);
}

function writeTensor(writer: BinaryWriter, name: string, { type, shape, data }: GraphTensor): void {
  for (const side of shape) writer.tag(1, WireType.Varint).int64(side);
  writer.tag(2, WireType.Varint).int32(DATA_TYPES[type]);
  text(writer, 8, name);
  // Little-endian, as all machines are that run this.
  writer
    .tag(9, WireType.LengthDelimited)
    .bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValue(writer: BinaryWriter, { name, type, shape }: GraphValue): void {
  text(writer, 1, name);
  message(writer, 2, (valueType) =>
    message(valueType, 1, (tensorType) => {
      tensorType.tag(1, WireType.Varint).int32(DATA_TYPES[type]);
      message(tensorType, 2, (sides) => {
        for (const side of shape) {
          message(sides, 1, (axis) => {
            if (typeof side === 'number') axis.tag(1, WireType.Varint).int64(side);
            else text(axis, 2, side);
          });
        }
      });
    }),
  );
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => unknown): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

/** What an ONNX file says of itself. */
export interface OnnxDescription {
  /** Those that a run must give; constants that are listed as inputs are not among them. */
  readonly inputs: readonly OnnxPort[];
  /** What a run answers when nothing else is asked for. */
  readonly outputs: readonly OnnxPort[];
  /** Names of all values that operators make, outputs among them. */
  readonly values: ReadonlySet<string>;
  /** Bytes that its constants take in memory. */
  readonly constantBytes: number;
  /** Version of the standard operators. */
  readonly opset: number | undefined;
  /** Facts for people and programs. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** An input or output of a file. */
export interface OnnxPort {
  /** By which a run gives or takes it. */
  readonly name: string;
  /** Number of `TensorProto.DataType`; 1 is float32. Undefined for what is no tensor. */
  readonly type: number | undefined;
  /** Length of each axis, or its name, or undefined where the file says neither; undefined where it says nothing. */
  readonly shape: readonly (number | string | undefined)[] | undefined;
}

/**
 * Reads what an ONNX file says of itself, without its weights: nothing of their size is allocated.
 *
 * @throws OnnxError `malformed` for bytes that are no ONNX model, `external` for one whose weights lie in files beside it.
 */
export function describeOnnx(bytes: Uint8Array): OnnxDescription {
  const inputs: OnnxPort[] = [];
  const outputs: OnnxPort[] = [];
  const values = new Set<string>();
  const constants = new Set<string>();
  const metadata: Record<string, string> = {};
  let constantBytes = 0;
  let opset: number | undefined;
  let graphs = 0;
  const constant = (tensor: Uint8Array) => {
    const { name, size } = readTensor(tensor);
    constants.add(name);
    constantBytes += size;
  };
  // A graph may lie in an attribute of a node: what is bounded is the whole.
  const visit = (graph: Uint8Array, isMain: boolean): void =>
    eachField(graph, (field, value) => {
      if (!(value instanceof Uint8Array)) return;
      if (field === 1) {
        eachField(value, (part, inner) => {
          if (!(inner instanceof Uint8Array)) return;
          if (part === 2 && isMain) values.add(decode(inner));
          if (part === 5) {
            eachField(inner, (kind, item) => {
              if (!(item instanceof Uint8Array)) return;
              if (kind === 5 || kind === 10) constantBytes += readTensor(item).size;
              if (kind === 6 || kind === 11) visit(item, false);
            });
          }
        });
      }
      if (field === 5) constant(value);
      if (field === 11 && isMain) inputs.push(readPort(value));
      if (field === 12 && isMain) outputs.push(readPort(value));
    });
  try {
    eachField(bytes, (field, value) => {
      if (!(value instanceof Uint8Array)) return;
      if (field === 7) {
        graphs++;
        visit(value, true);
      }
      if (field === 8) {
        const { domain, version } = readOpset(value);
        if (domain === '' || domain === 'ai.onnx') opset = version;
      }
      if (field === 14) {
        let [key, content] = ['', ''];
        eachField(value, (part, inner) => {
          if (part === 1 && inner instanceof Uint8Array) key = decode(inner);
          if (part === 2 && inner instanceof Uint8Array) content = decode(inner);
        });
        metadata[key] = content;
      }
    });
  } catch (cause) {
    if (cause instanceof OnnxError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OnnxError(
      'malformed',
      `expected an ONNX model, received ${bytes.length} bytes that end or break off early (${reason})`,
      { cause },
    );
  }
  if (graphs === 0 || outputs.length === 0) {
    throw new OnnxError(
      'malformed',
      `expected an ONNX model, received ${bytes.length} bytes without a graph of one output or more`,
    );
  }
  return {
    inputs: inputs.filter(({ name }) => !constants.has(name)),
    outputs,
    values,
    constantBytes,
    opset,
    metadata,
  };
}

/**
 * The same model with other values of its graph as outputs too.
 *
 * Two halves of a message one behind the other are one message, so nothing of the file is copied but its bytes.
 *
 * @throws OnnxError `output` when the graph has no such value.
 */
export function withOutputs(bytes: Uint8Array, names: readonly string[]): Uint8Array {
  const { outputs, values } = describeOnnx(bytes);
  const hidden = names.filter((name) => !outputs.some((output) => output.name === name));
  for (const name of hidden) {
    if (values.has(name)) continue;
    const known = outputs.map((output) => output.name).join(', ');
    throw new OnnxError(
      'output',
      `expected an output or a value of the graph, received ${name}; its outputs are ${known}`,
    );
  }
  if (hidden.length === 0) return bytes;
  const writer = new BinaryWriter().raw(bytes);
  message(writer, 7, (graph) => {
    for (const name of hidden) message(graph, 12, (value) => text(value, 1, name));
  });
  return writer.finish();
}

type Field = Uint8Array | bigint | number;

/** Calls with each field of a message: bytes of a nested one, or a number. */
function eachField(bytes: Uint8Array, use: (field: number, value: Field) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type === WireType.LengthDelimited) use(field, reader.bytes());
    else if (type === WireType.Varint) use(field, BigInt(reader.int64()));
    else reader.skip(type, field);
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function readOpset(bytes: Uint8Array): { domain: string; version: number | undefined } {
  let domain = '';
  let version: number | undefined;
  eachField(bytes, (field, value) => {
    if (field === 1 && value instanceof Uint8Array) domain = decode(value);
    if (field === 2 && !(value instanceof Uint8Array)) version = Number(value);
  });
  return { domain, version };
}

/** Of `TensorProto`: where values are, by their type. */
const VALUE_FIELDS = [4, 5, 6, 7, 9, 10, 11];

/** Name of a constant, and the bytes that it takes in memory whatever form it is stored in. */
function readTensor(bytes: Uint8Array): { name: string; size: number } {
  let [name, type, count, stored] = ['', 0, 1, 0];
  eachField(bytes, (field, value) => {
    // dims are packed or not.
    if (field === 1 && value instanceof Uint8Array) {
      const dims = new BinaryReader(value);
      while (dims.pos < dims.len) count *= Number(dims.int64());
    } else if (field === 1) count *= Number(value);
    if (field === 2 && !(value instanceof Uint8Array)) type = Number(value);
    if (field === 8 && value instanceof Uint8Array) name = decode(value);
    if (VALUE_FIELDS.includes(field) && value instanceof Uint8Array) stored += value.length;
    if (field === 13 || (field === 14 && value === 1n)) {
      throw new OnnxError(
        'external',
        `expected weights in the ONNX file itself, received ${name === '' ? 'a tensor' : name} in another file beside it`,
      );
    }
  });
  if (!(count >= 0)) throw new RangeError(`${name} of ${count} values`);
  return { name, size: Math.max(count * (BYTES_OF_TYPE[type] ?? 1), stored) };
}

function readPort(bytes: Uint8Array): OnnxPort {
  let name = '';
  let type: number | undefined;
  let shape: (number | string | undefined)[] | undefined;
  eachField(bytes, (field, value) => {
    if (!(value instanceof Uint8Array)) return;
    if (field === 1) name = decode(value);
    if (field !== 2) return;
    eachField(value, (kind, tensorType) => {
      if (kind !== 1 || !(tensorType instanceof Uint8Array)) return;
      eachField(tensorType, (part, inner) => {
        if (part === 1 && !(inner instanceof Uint8Array)) type = Number(inner);
        if (part === 2 && inner instanceof Uint8Array) shape = readSides(inner);
      });
    });
  });
  return { name, type, shape };
}

function readSides(bytes: Uint8Array): (number | string | undefined)[] {
  const sides: (number | string | undefined)[] = [];
  eachField(bytes, (_, value) => {
    if (!(value instanceof Uint8Array)) return;
    let side: number | string | undefined;
    eachField(value, (field, length) => {
      if (field === 1 && !(length instanceof Uint8Array)) side = Number(length);
      if (field === 2 && length instanceof Uint8Array) side = decode(length);
    });
    sides.push(side);
  });
  return sides;
}
