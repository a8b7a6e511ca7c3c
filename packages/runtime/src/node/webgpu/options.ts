/** Which adapter WebGPU is to run on. */
export interface WebGpuOptions {
  /** Part of the name of the only adapter to accept, as `listBackends` shows names. Default the best one. */
  readonly adapter?: string;
  /**
   * Whether an adapter that is software may be used where there is no other. Right, and very slow. Default false,
   * and true where webgpu is the backend asked for.
   */
  readonly software?: boolean;
  /** Which of several GPUs is wanted; default the fast one. */
  readonly powerPreference?: 'high-performance' | 'low-power';
}
