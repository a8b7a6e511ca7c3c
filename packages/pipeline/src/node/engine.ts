import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import type { AnomalyDetector, DetectorKind, Engine } from '@utad/detector';
import { onnxDetector } from '@utad/detector/onnx';
import type { OnnxDevice } from '@utad/onnx';
import { findOnnxRuntime } from '@utad/onnx/node';
import { type BackendName, type ChosenBackend, isBackendName } from '@utad/runtime';
import { useBackend } from '@utad/runtime/node';
import { usageError } from '../errors';
import type { Watch } from '../events';

/** What computes in an engine: a backend of TensorFlow.js, or a device of ONNX Runtime. */
export type EngineDevice = BackendName | OnnxDevice;

/** What is asked for; what is left open follows from the kind of detector and from the machine. */
export interface EngineOptions {
  /** Default the first that the kind names and that is there; TensorFlow.js where `backend` names one of its backends. */
  readonly engine?: Engine | undefined;
  /** What computes in it. Default the best that works. */
  readonly backend?: EngineDevice | ChosenEngine | null | undefined;
}

/** What predicts, and why it is this. */
export interface ChosenEngine extends Omit<ChosenBackend, 'name'> {
  /** Which of the two it is. */
  readonly engine: Engine;
  /** A backend of TensorFlow.js, or a device of ONNX Runtime. */
  readonly name: EngineDevice;
  /** Moves a restored detector to the engine. */
  readonly through?: (detector: AnomalyDetector) => Promise<AnomalyDetector>;
}

const ONNX_DEVICES: readonly OnnxDevice[] = ['cpu', 'cuda', 'webgpu', 'wasm'];

/**
 * Chooses what predicts, and says which and why. Nothing is timed: the order is that of the kind, behind a GPU that
 * TensorFlow.js has.
 *
 * @throws PipelineError `usage` for a combination that there is not.
 * @throws BackendUnavailableError or OnnxError where what was asked for cannot be used.
 */
export async function startEngine(
  { kind, engines = ['tfjs'] }: Pick<DetectorKind, 'kind' | 'engines'>,
  { engine, backend }: EngineOptions,
  { onEvent }: Watch = {},
): Promise<ChosenEngine> {
  if (typeof backend === 'object' && backend !== null) return backend;
  if (engine === 'onnx' && !engines.includes('onnx')) {
    const message = `expected ${engines.join(' or ')} for detectors of kind ${kind}, received onnx`;
    throw usageError(message, 'engine');
  }
  const chosen = await choose(engines, engine, backend ?? undefined);
  onEvent?.({ type: 'note', message: `predicting on ${chosen.reason}` });
  return chosen;
}

async function choose(
  engines: readonly Engine[],
  engine: Engine | undefined,
  device: EngineDevice | undefined,
): Promise<ChosenEngine> {
  if (engine === 'onnx') return await onOnnx(device);
  if (engine === 'tfjs' || device !== undefined) return await onTensorFlow(device);
  if (engines[0] === 'onnx') {
    const gpu = await useBackend({ backend: 'tfjs-node-gpu' }).catch(unavailable);
    if (typeof gpu !== 'string') return { ...gpu, engine: 'tfjs' };
    // On WebAssembly TensorFlow.js is the faster of the two (docs/decisions/0021).
    const native = await onOnnx('cpu').catch(unavailable);
    if (typeof native !== 'string') return native;
    const chosen = await onTensorFlow(undefined);
    return { ...chosen, reason: `${chosen.reason}; ${native}` };
  }
  return await onTensorFlow(undefined);
}

/** @throws PipelineError `usage` for a device of the other engine. */
async function onTensorFlow(backend: EngineDevice | undefined): Promise<ChosenEngine> {
  if (backend !== undefined && !isBackendName(backend)) {
    throw usageError(
      `expected a backend of TensorFlow.js, received ${backend}; it is one of ONNX Runtime`,
      'backend',
    );
  }
  return { ...(await useBackend({ ...(backend && { backend }) })), engine: 'tfjs' };
}

/** @throws PipelineError `usage` for a device of the other engine. */
async function onOnnx(device: EngineDevice | undefined): Promise<ChosenEngine> {
  const found = ONNX_DEVICES.find((name) => name === device);
  if (device !== undefined && found === undefined) {
    throw usageError(
      `expected a device of ONNX Runtime, ${ONNX_DEVICES.join(', ')}, received ${device}`,
      'backend',
    );
  }
  const runtime = await findOnnxRuntime({ device: found });
  // TensorFlow.js holds the weights until they are in the session, and computes nothing: whatever it has will do.
  if (!tf.engine().backendName) await useBackend({ backend: 'cpu' });
  const { node, web } = runtime.module.env.versions;
  return {
    engine: 'onnx',
    name: runtime.device,
    version: node ?? web ?? 'unknown',
    device: deviceName(runtime.device),
    reason: runtime.reason,
    through: (detector) => onnxDetector(detector, runtime),
  };
}

function deviceName(device: OnnxDevice): string {
  if (device === 'cpu') return `CPU, ${availableParallelism()} threads`;
  return device === 'wasm' ? 'CPU, WebAssembly' : device;
}

/** Why it is not to be had. Told by names rather than classes: a package may be installed twice. */
function unavailable(error: unknown): string {
  if (error instanceof Error && ['BackendUnavailableError', 'OnnxError'].includes(error.name))
    return error.message;
  throw error;
}
