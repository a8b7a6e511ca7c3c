import { OnnxError } from '../error';
import { type OnnxDevice, type OnnxRuntime, type OnnxRuntimeModule, onnxRuntime } from '../session';

/** What is wanted of ONNX Runtime. */
export interface OnnxRuntimeRequest {
  /** Default `cpu` where `onnxruntime-node` is installed, `wasm` elsewhere. */
  readonly device?: OnnxDevice | undefined;
}

/** ONNX Runtime as it was found. */
export interface FoundOnnxRuntime extends OnnxRuntime {
  /** What computes and why, in a sentence. */
  readonly reason: string;
}

/**
 * ONNX Runtime in Node: `onnxruntime-node`, which brings its native library, else `onnxruntime-web` on WebAssembly.
 *
 * @throws OnnxError `runtime` when neither is installed, `device` when the device asked for is not there.
 */
export async function findOnnxRuntime({ device }: OnnxRuntimeRequest = {}): Promise<FoundOnnxRuntime> {
  let missing = 'onnxruntime-node was not asked for';
  if (device !== 'wasm') {
    try {
      const native = await import('onnxruntime-node');
      const devices = native.listSupportedBackends().map(({ name }) => name);
      if (device !== undefined && !devices.includes(device)) {
        const message = `onnxruntime-node: expected a device of ${devices.join(', ')}, received ${device}`;
        throw new OnnxError('device', message);
      }
      const runtime = onnxRuntime(native, device);
      return { ...runtime, reason: `${runtime.name}: ONNX Runtime's native library` };
    } catch (error) {
      if (error instanceof OnnxError) throw error;
      missing = `onnxruntime-node cannot be loaded (${reasonOf(error)})`;
      if (device !== undefined) throw new OnnxError('device', `${device}: ${missing}`, { cause: error });
    }
  }
  try {
    const web: OnnxRuntimeModule = await import('onnxruntime-web');
    const runtime = onnxRuntime(web, 'wasm');
    return { ...runtime, reason: `${runtime.name}: ${missing}` };
  } catch (cause) {
    const message = `${missing}, nor onnxruntime-web (${reasonOf(cause)}): install one of them`;
    throw new OnnxError('runtime', message, { cause });
  }
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
