import type { BackendName } from '@utad/runtime';
import { checkConformance, conformanceCases, measureSpeed } from '@utad/runtime/conformance';
import { useBackend } from '@utad/runtime/node';
import type { Context } from '../context';
import { estimateEpochs } from './epochs';
import { type DoctorPart, lineOf } from './part';

/** Seconds for the two halves of a measurement, about. */
const SPEED_SECONDS = 5;
const EPOCHS_SECONDS = 9;

export interface MeasureOptions {
  /** Undefined: say which backend training would choose, and measure nothing. */
  readonly backend: BackendName | undefined;
  /** Whether software may stand in for a GPU. */
  readonly software: boolean;
  /** Every case of the conformance suite rather than the short ones. */
  readonly full: boolean;
}

/**
 * The half of `utad doctor` that runs in a process of its own: computes with one backend, and says what it finds line
 * by line.
 */
export async function measure(
  { backend, software, full }: MeasureOptions,
  { signal }: Pick<Context, 'signal'>,
  say: (line: string) => void,
): Promise<void> {
  const tell = (part: DoctorPart) => say(lineOf(part));
  const { name, version, device, reason } = await useBackend(
    backend === undefined ? { training: true } : { backend, webgpu: { software } },
  );
  tell({ part: 'backend', name, version, device, reason });
  if (backend === undefined) return;

  const cases = full ? conformanceCases : conformanceCases.filter(({ short }) => short);
  const { checked, wrong } = await checkConformance({ cases, signal });
  tell({ part: 'gradients', checked, wrong: [...wrong] });

  const speed = await measureSpeed({ seconds: SPEED_SECONDS, signal });
  const { gflops, bandwidth } = speed;
  const convolutions = speed.convolutions.map(({ input, ...rest }) => ({ input: [...input], ...rest }));
  tell({ part: 'speed', gflops, convolutions, bandwidth });

  tell({ part: 'epochs', epochs: await estimateEpochs({ speed, budgetSeconds: EPOCHS_SECONDS, signal }) });
}
