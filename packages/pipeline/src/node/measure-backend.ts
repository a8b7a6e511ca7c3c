import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { BackendName, BackendStatus } from '@utad/runtime';
import {
  type BackendSpeed,
  type ConformanceFault,
  checkConformance,
  conformanceCases,
  measureSpeed,
} from '@utad/runtime/conformance';
import { useBackend } from '@utad/runtime/node';
import * as z from 'zod';
import { type EpochEstimate, estimateEpochs } from './epochs';

const speed = z.number().nullable();

const fault: z.ZodType<ConformanceFault> = z.object({
  op: z.string(),
  case: z.string(),
  what: z.string(),
  kind: z.enum(['wrong', 'missing', 'failed', 'leak']),
  error: z.number().nullable(),
  tolerance: z.number(),
  kernel: z.string().nullable(),
  message: z.string(),
});

const convolution = z.object({
  input: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  kernel: z.number(),
  filters: z.number(),
  forward: z.number(),
  gradients: speed,
});

const epoch: z.ZodType<EpochEstimate> = z.object({
  preset: z.string(),
  seconds: z.number(),
  basis: z.enum(['measured', 'estimated']),
});

/**
 * What a process that measures a backend says, a line each, as soon as it knows it: what it said before it died is
 * kept. Speeds are GFLOP/s, `bandwidth` GB/s.
 */
export type BackendPart =
  | { part: 'backend'; name: string; version: string; device: string; reason: string }
  | { part: 'gradients'; checked: number; wrong: readonly ConformanceFault[] }
  | ({ part: 'speed' } & BackendSpeed)
  | { part: 'epochs'; epochs: EpochEstimate[] };

const backendPart: z.ZodType<BackendPart> = z.discriminatedUnion('part', [
  z.object({
    part: z.literal('backend'),
    name: z.string(),
    version: z.string(),
    device: z.string(),
    reason: z.string(),
  }),
  z.object({ part: z.literal('gradients'), checked: z.number(), wrong: z.array(fault) }),
  z.object({
    part: z.literal('speed'),
    gflops: z.object({ forward: z.number(), gradients: speed }),
    convolutions: z.array(convolution),
    bandwidth: z.number(),
  }),
  z.object({ part: z.literal('epochs'), epochs: z.array(epoch) }),
]);

const MARK = 'utad-doctor ';

/** A part as a line of stdout. */
export function backendPartLine(part: BackendPart): string {
  return `${MARK}${JSON.stringify(part)}\n`;
}

/** The part that a line holds; undefined where it is something else, such as what a library prints. */
export function partIn(line: string): BackendPart | undefined {
  if (!line.startsWith(MARK)) return undefined;
  const parsed = backendPart.safeParse(JSON.parse(line.slice(MARK.length)));
  return parsed.success ? parsed.data : undefined;
}

/** Seconds for the two halves of a measurement, about. */
const SPEED_SECONDS = 5;
const EPOCHS_SECONDS = 9;

/** What {@link measureBackend} measures. */
export interface MeasureOptions {
  /** Stops it; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Undefined: say which backend training would choose, and measure nothing. */
  readonly backend: BackendName | undefined;
  /** Whether software may stand in for a GPU. */
  readonly software: boolean;
  /** Every case of the conformance suite rather than the short ones. */
  readonly full: boolean;
}

/**
 * Computes with one backend, and tells what it finds as soon as it knows it. To be run in a process of its own by
 * {@link measureApart}: a backend may crash, hang or take all memory.
 */
export async function measureBackend(
  { backend, software, full, signal }: MeasureOptions,
  tell: (part: BackendPart) => void,
): Promise<void> {
  const { name, version, device, reason } = await useBackend(
    backend === undefined ? { training: true } : { backend, webgpu: { software } },
  );
  tell({ part: 'backend', name, version, device, reason });
  if (backend === undefined) return;

  const cases = full ? conformanceCases : conformanceCases.filter(({ short }) => short);
  const { checked, wrong } = await checkConformance({ cases, ...(signal && { signal }) });
  tell({ part: 'gradients', checked, wrong });

  const speed = await measureSpeed({ seconds: SPEED_SECONDS, ...(signal && { signal }) });
  tell({ part: 'speed', ...speed });

  tell({ part: 'epochs', epochs: await estimateEpochs({ speed, budgetSeconds: EPOCHS_SECONDS, signal }) });
}

/** How long {@link measureApart} lets a program go on. */
export interface ApartOptions {
  /** Ends the program; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** After so long the program is ended, and that is its problem. */
  readonly timeLimitSeconds: number;
}

/** What a process said, and how it ended early. */
export interface Apart {
  /** In the order in which they were told. */
  readonly parts: readonly BackendPart[];
  /** One line; undefined where it came to its end. */
  readonly problem: string | undefined;
}

/**
 * Runs a program that calls {@link measureBackend} and prints each part as {@link backendPartLine} has it, so that a backend that
 * crashes, hangs or takes all memory is a result like others. What it writes to stderr after `utad: ` is why it failed.
 *
 * @param program Command and arguments.
 */
export async function measureApart(
  [command = '', ...args]: readonly string[],
  { signal, timeLimitSeconds }: ApartOptions,
): Promise<Apart> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let late = false;
  const stop = () => child.kill('SIGKILL');
  const timer = setTimeout(() => {
    late = true;
    stop();
  }, 1000 * timeLimitSeconds);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();

  const parts: BackendPart[] = [];
  let complaint = '';
  createInterface(child.stdout).on('line', (line) => {
    const part = partIn(line);
    if (part) parts.push(part);
  });
  createInterface(child.stderr).on('line', (line) => {
    if (line.startsWith('utad: ')) complaint = line.slice('utad: '.length);
  });
  try {
    const { code, killedBy } = await new Promise<{ code: number | null; killedBy: NodeJS.Signals | null }>(
      (resolve, reject) => {
        child.on('error', reject);
        child.on('close', (status, name) => resolve({ code: status, killedBy: name }));
      },
    );
    signal?.throwIfAborted();
    return { parts, problem: problemOf({ late, timeLimitSeconds, code, killedBy, complaint }) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

function problemOf(ended: {
  readonly late: boolean;
  readonly timeLimitSeconds: number;
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly complaint: string;
}): string | undefined {
  const { late, timeLimitSeconds, code, killedBy, complaint } = ended;
  if (late) return `it was stopped after ${timeLimitSeconds} s`;
  if (killedBy !== null) return `its process ended by ${killedBy}`;
  if (code === 0) return undefined;
  return complaint || `its process ended with ${code}`;
}

/** What one backend can do here. Nulls where it was not measured. */
export interface BackendResult {
  /** As `--backend` takes it. */
  readonly name: BackendName;
  /** Whether it can be used here. */
  readonly available: boolean;
  /** Where it comes from, or why it cannot be used. */
  readonly reason: string;
  /** Of what computes. */
  readonly version: string | null;
  /** What computes, in words. */
  readonly device: string | null;
  /** How many cases of the conformance suite were checked, and those that came out wrong. */
  readonly gradients: { readonly checked: number; readonly wrong: readonly ConformanceFault[] };
  /** GFLOP/s of two convolutions, alone and with their gradients. */
  readonly gflops: { readonly forward: number | null; readonly gradients: number | null };
  /** Speed of each convolution measured, in GFLOP/s. */
  readonly convolutions: BackendSpeed['convolutions'];
  /** GB/s. */
  readonly bandwidth: number | null;
  /** How long an epoch takes with each preset. */
  readonly epochs: readonly EpochEstimate[];
  /** Why it was measured in part, or not at all; null where nothing is missing. */
  readonly problem: string | null;
}

/** Puts together what is known of a backend; `apart` is undefined where nothing was measured. */
export function backendResult(status: BackendStatus, apart: Apart | undefined): BackendResult {
  const { name, available, reason, version = null } = status;
  const parts = apart?.parts ?? [];
  const backend = parts.find((part) => part.part === 'backend');
  const gradients = parts.find((part) => part.part === 'gradients');
  const speed = parts.find((part) => part.part === 'speed');
  const epochs = parts.find((part) => part.part === 'epochs');
  return {
    name,
    available,
    reason,
    version: backend?.version ?? version,
    device: backend?.device ?? null,
    gradients: { checked: gradients?.checked ?? 0, wrong: gradients?.wrong ?? [] },
    gflops: speed?.gflops ?? { forward: null, gradients: null },
    convolutions: speed?.convolutions ?? [],
    bandwidth: speed?.bandwidth ?? null,
    epochs: epochs?.epochs ?? [],
    problem: apart?.problem ?? null,
  };
}
