import type { Codes } from './codes';
import {
  type PcaProjection,
  type Projection,
  type ProjectOptions,
  projectSteps,
  type TSneProjection,
} from './project';

/** How {@link projectInSlices} is followed and stopped. */
export interface SliceOptions {
  /** Is told how many steps of the descent are done, after each slice and at the end; PCA is a single step. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops between two slices; the projection is then rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long others wait for the thread, about, in milliseconds. Default 50. */
  readonly slice?: number;
}

/**
 * What {@link project} gives, to the byte, in slices of time between which events, timers and drawing have their turn: for
 * t-SNE of many codes in the thread of a page or of a program that wants to be stopped. Finding the neighbourhoods at the
 * beginning is one slice, whatever its length, and takes about as long as twenty steps.
 *
 * @param codes - As {@link project}; not to be changed until the promise is settled.
 * @throws {@link LatentError} as {@link project}; the signal's reason once it is aborted.
 *
 * @example
 * ```ts
 * await projectInSlices(codes, { method: 't-sne' }, { onProgress: (done, total) => show(done / total) });
 * ```
 */
export function projectInSlices(
  codes: Codes,
  options: { readonly method: 'pca' },
  how?: SliceOptions,
): Promise<PcaProjection>;
export function projectInSlices(
  codes: Codes,
  options: ProjectOptions & { readonly method: 't-sne' },
  how?: SliceOptions,
): Promise<TSneProjection>;
export function projectInSlices(
  codes: Codes,
  options: ProjectOptions,
  how?: SliceOptions,
): Promise<Projection>;
export async function projectInSlices(
  codes: Codes,
  options: ProjectOptions,
  { onProgress, signal, slice = 50 }: SliceOptions = {},
): Promise<Projection> {
  signal?.throwIfAborted();
  const steps = projectSteps(codes, options);
  let told = -1;
  let began = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    const last = value.done === value.total;
    if (!last && performance.now() - began < slice) continue;
    if (value.done > told) onProgress?.(value.done, value.total);
    told = value.done;
    // A timer, since a promise alone lets neither input nor signals of the system in.
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    began = performance.now();
  }
}
