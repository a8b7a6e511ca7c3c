import type { BackendName, BackendStatus } from '@utad/runtime';
import type { Improvement } from './advice';
import type { Machine } from './machine';
import type { Apart } from './measure-apart';
import type { DoctorPart, EpochEstimate, Fault } from './part';

/** What one backend can do here. Nulls where it was not measured. */
export interface BackendResult {
  readonly name: BackendName;
  readonly available: boolean;
  /** Where it comes from, or why it cannot be used. */
  readonly reason: string;
  readonly version: string | null;
  /** What computes, in words. */
  readonly device: string | null;
  readonly gradients: { readonly checked: number; readonly wrong: readonly Fault[] };
  /** GFLOP/s of two convolutions, alone and with their gradients. */
  readonly gflops: { readonly forward: number | null; readonly gradients: number | null };
  readonly convolutions: Extract<DoctorPart, { part: 'speed' }>['convolutions'];
  /** GB/s. */
  readonly bandwidth: number | null;
  readonly epochs: readonly EpochEstimate[];
  /** Why it was measured in part, or not at all; null where nothing is missing. */
  readonly problem: string | null;
}

/** What `utad doctor --json` prints, besides what {@link Machine} holds. */
export interface DoctorResult extends Machine {
  readonly backends: readonly BackendResult[];
  /** What training uses by itself. */
  readonly chosen: BackendName | null;
  readonly improvement: Improvement;
  readonly seconds: number;
  readonly notes: readonly string[];
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
