import { type NativePackage, TENSORFLOW_VERSION } from '../native-layout';

/** What differs between TensorFlow for the CPU and for NVIDIA's GPUs. */
export interface Recipe extends NativeSpace {
  readonly packageName: NativePackage;
  /** TensorFlow's wheel, as pip is asked for it. */
  readonly requirement: string;
  readonly cuda: boolean;
  /** More than TensorFlow's library and headers, or one wheel of NVIDIA's, need unpacked; less than would fill a disk. */
  readonly largestUnpacked: number;
}

/** Measured: 1.1 GB stay, 1.5 GB at most before; pip may keep a copy of the wheel of 0.27 GB in its own cache. */
const CPU: Recipe = {
  packageName: '@tensorflow/tfjs-node',
  requirement: `tensorflow-cpu==${TENSORFLOW_VERSION}`,
  cuda: false,
  peakBytes: 1_800_000_000,
  finalBytes: 1_100_000_000,
  largestUnpacked: 4_000_000_000,
};

/**
 * Estimated, not measured: the wheels come one after the other, so that the peak is what stays and two copies of the
 * largest (cuDNN's, about 0.7 GB). Before each is unpacked the room is checked against what it declares.
 */
const CUDA: Recipe = {
  packageName: '@tensorflow/tfjs-node-gpu',
  requirement: `tensorflow==${TENSORFLOW_VERSION}`,
  cuda: true,
  peakBytes: 9_000_000_000,
  finalBytes: 7_500_000_000,
  largestUnpacked: 6_000_000_000,
};

/** The room that an installation takes on the disk, in bytes; for a GPU estimated. */
export interface NativeSpace {
  /** While it goes on: what must be free. */
  readonly peakBytes: number;
  /** When it is done. */
  readonly finalBytes: number;
}

/** What `installNative` asks for before it downloads anything. */
export function nativeSpace({ gpu = false }: { gpu?: boolean } = {}): NativeSpace {
  const { peakBytes, finalBytes } = recipeFor(gpu);
  return { peakBytes, finalBytes };
}

export const recipeFor = (gpu: boolean): Recipe => (gpu ? CUDA : CPU);
