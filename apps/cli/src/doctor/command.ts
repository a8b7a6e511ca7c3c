import type { BackendName, BackendStatus } from '@utad/runtime';
import { listBackends } from '@utad/runtime/node';
import type { Context } from '../context';
import { PartlyFailedError } from '../errors';
import { adviseOn } from './advice';
import { describeMachine } from './machine';
import { measureApart } from './measure-apart';
import { type BackendResult, backendResult, type DoctorResult } from './result';
import { doctorText } from './text';

/** Far more than a measurement takes, and little enough to wait for. */
const LIMIT_SECONDS = 90;
const FULL_LIMIT_SECONDS = 600;

export interface DoctorOptions {
  readonly full?: boolean;
}

/**
 * `utad doctor`: what every backend can do here.
 *
 * @throws PartlyFailedError after the result where the backend that training uses computes something wrong.
 */
export async function doctor({ full = false }: DoctorOptions, context: Context): Promise<void> {
  const { output, signal, backend: only } = context;
  const began = performance.now();
  const timeLimitSeconds = full ? FULL_LIMIT_SECONDS : LIMIT_SECONDS;
  const apart = (args: readonly string[]) => measureApart(args, { signal, timeLimitSeconds });

  output.status('looking for backends');
  const [machine, statuses, best] = await Promise.all([describeMachine(), listBackends(), apart(['best'])]);
  const chosen = chosenOf(best.parts.find((part) => part.part === 'backend')?.name, statuses);

  const backends: BackendResult[] = [];
  for (const status of statuses) {
    const measured = status.available && (only === undefined || only === status.name);
    if (measured) output.status(`measuring ${status.name}`);
    // One after the other: side by side they would share cores.
    const result = measured
      ? await apart([status.name, ...(full ? ['--full'] : []), ...(only ? ['--software'] : [])])
      : undefined;
    backends.push(backendResult(status, result));
  }

  const usable = backends
    .filter(({ available, device }) => available && device !== null)
    .map(({ name }) => name);
  const known =
    only === undefined ? usable : statuses.filter(({ available }) => available).map(({ name }) => name);
  const result: DoctorResult = {
    ...machine,
    backends,
    chosen,
    improvement: adviseOn({ machine, usable: known, chosen }),
    seconds: (performance.now() - began) / 1000,
    notes: notesOn({ backends, full, problem: best.problem }),
  };
  output.result(
    result,
    doctorText(result, (text) => output.strong(text)),
  );

  const used = backends.find(({ name }) => name === (only ?? chosen));
  const wrong = used?.gradients.wrong.length ?? 0;
  if (used && wrong > 0)
    throw new PartlyFailedError(`${used.name} computes ${wrong} of ${used.gradients.checked} wrong`);
}

function chosenOf(name: string | undefined, statuses: readonly BackendStatus[]): BackendName | null {
  return statuses.find((status) => status.name === name)?.name ?? null;
}

interface Circumstances {
  readonly backends: readonly BackendResult[];
  readonly full: boolean;
  /** Why it is not known what training uses. */
  readonly problem: string | undefined;
}

function notesOn({ backends, full, problem }: Circumstances): string[] {
  const notes: string[] = [];
  if (problem !== undefined) notes.push(`what training would use is not known: ${problem}`);
  const without = backends.filter(({ gflops }) => gflops.forward !== null && gflops.gradients === null);
  for (const { name } of without) notes.push(`${name} has no gradients of convolutions, so it cannot train`);
  if (!full) notes.push('gradients: the short list; --full checks every case');
  return notes;
}
