import { InstallError, type InstallEvent, type InstallPhase } from './events';
import { explain } from './explain';

export type Report = (progress: { bytes: number; totalBytes?: number }) => void;

/** Does one step of an installation: tells when it begins and ends, and gives its error a code. */
export type Step = <T>(
  phase: InstallPhase,
  work: (report: Report) => Promise<T>,
  options?: { item?: string },
) => Promise<T>;

export interface StepOptions {
  readonly onEvent: ((event: InstallEvent) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  /** Where the installation goes, for messages. */
  readonly folder: string;
}

export function steps(options: StepOptions): Step {
  const { onEvent, signal } = options;
  return async (phase, work, about = {}) => {
    signal?.throwIfAborted();
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    onEvent?.({ phase, status: 'start', seconds: 0, ...about });
    const result = await guard(phase, options, () =>
      work((progress) => onEvent?.({ phase, status: 'progress', seconds: seconds(), ...about, ...progress })),
    );
    onEvent?.({ phase, status: 'done', seconds: seconds(), ...about });
    return result;
  };
}

/** An abort throws the signal's own reason, every other failure an InstallError. */
export async function guard<T>(
  phase: InstallPhase,
  { signal, folder }: StepOptions,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof InstallError ? error : new InstallError(phase, explain(error, folder));
  }
}
