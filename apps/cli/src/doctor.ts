import {
  type BackendResult,
  backendPartLine,
  backendResult,
  describeMachine,
  IMAGES_PER_EPOCH,
  type Machine,
  type MeasureOptions,
  measureApart,
  measureBackend,
} from '@utad/pipeline/node';
import type { BackendName, BackendStatus } from '@utad/runtime';
import { listBackends } from '@utad/runtime/node';
import { tensorFlowBackend } from './commands/options';
import type { Context } from './context';
import { PartlyFailedError } from './errors';
import { formatNumber, formatSeconds, formatTable } from './terminal/format';

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
  const { output, signal } = context;
  const only = tensorFlowBackend(context.backend);
  const began = performance.now();
  const timeLimitSeconds = full ? FULL_LIMIT_SECONDS : LIMIT_SECONDS;
  const program = [process.execPath, ...process.execArgv, process.argv[1] ?? '', 'doctor', '--measure'];
  const apart = (args: readonly string[]) =>
    measureApart([...program, ...args], { signal, timeLimitSeconds });

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

/** The half of `utad doctor` that runs in a process of its own: prints what it finds of one backend. */
export async function measure(
  options: Omit<MeasureOptions, 'signal'>,
  { signal }: Pick<Context, 'signal'>,
): Promise<void> {
  await measureBackend({ ...options, signal }, (part) => process.stdout.write(backendPartLine(part)));
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

/** The one thing that would make training faster. */
export interface Improvement {
  /** Null where there is nothing to do. */
  readonly command: string | null;
  readonly why: string;
}

export interface Situation {
  readonly machine: Pick<Machine, 'platform' | 'gpu'>;
  /** Backends that can be used, software standing in for a GPU left out. */
  readonly usable: readonly BackendName[];
  readonly chosen: BackendName | null;
}

const WEBGPU = 'npm install webgpu @tensorflow/tfjs-backend-webgpu';

/** What would improve things most, given what there is. */
export function adviseOn({ machine: { platform, gpu }, usable, chosen }: Situation): Improvement {
  const onGpu = chosen === 'tfjs-node-gpu' || chosen === 'webgpu';
  if (onGpu) return { command: null, why: `training runs on the GPU, through ${chosen}` };
  const linux = platform.startsWith('linux ');
  if (gpu?.nvidia && linux && !usable.includes('tfjs-node-gpu')) {
    return { command: 'utad backend install --gpu', why: `nothing uses ${gpu.name} yet` };
  }
  if (gpu !== null && !usable.includes('webgpu')) {
    return { command: WEBGPU, why: `nothing uses the ${gpu.name} yet; WebGPU can` };
  }
  if (usable.includes('tfjs-node'))
    return { command: null, why: 'this machine has no GPU, and native TensorFlow is in use' };
  return linux
    ? {
        command: 'utad backend install',
        why: 'native TensorFlow trains about ten times faster than WebAssembly',
      }
    : {
        command: 'npm install @tensorflow/tfjs-node',
        why: 'native TensorFlow trains about ten times faster than WebAssembly, and `utad backend install` is for Linux',
      };
}

const GIGA = 2 ** 30;

/** What `utad doctor` says to people. */
export function doctorText(result: DoctorResult, strong: (text: string) => string): string {
  const { node, platform, cpu, memory, gpu, backends, chosen, improvement, notes } = result;
  const gigabytes = (bytes: number) => `${(bytes / GIGA).toFixed(1)} GiB`;
  const measured = backends.filter(
    ({ gradients, gflops }) => gradients.checked > 0 || gflops.forward !== null,
  );
  const others = backends.filter((backend) => !measured.includes(backend));
  const { command, why } = improvement;
  const sections = [
    [
      `Node ${node} on ${platform}`,
      `${cpu.model}, ${cpu.cores} cores; ${gigabytes(memory.total)} of memory, ${gigabytes(memory.free)} of it free`,
      `${gpu === null ? 'no GPU found' : gpu.name}`,
    ],
    measured.length > 0 ? [measuredTable(measured, chosen), ...legend(measured, chosen)] : [],
    others.length > 0
      ? [
          'Not measured:',
          formatRows(others.map(({ name, reason, problem }) => [`  ${name}`, problem ?? reason])),
        ]
      : [],
    measured.flatMap(({ name, gradients, problem }) => [
      ...gradients.wrong.map(({ message }) => `${name}: ${message}`),
      ...(problem === null ? [] : [`${name}: ${problem}`]),
    ]),
    notes,
    command === null
      ? [`Nothing to do: ${why}.`]
      : ['What would help most:', `  ${strong(command)}`, `  ${why}`],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function measuredTable(backends: readonly BackendResult[], chosen: string | null): string {
  const presets = [...new Set(backends.flatMap(({ epochs }) => epochs.map(({ preset }) => preset)))];
  const header = [
    '  backend',
    'gradients',
    'GFLOP/s forward',
    'with gradients',
    'GB/s',
    ...presets.map((preset) => `epoch of ${preset}`),
  ];
  const rows = backends.map(({ name, gradients, gflops, bandwidth, epochs }) => [
    `${name === chosen ? '*' : ' '} ${name}`,
    verdict(gradients),
    shown(gflops.forward),
    shown(gflops.gradients),
    shown(bandwidth),
    ...presets.map((preset) => {
      const epoch = epochs.find((each) => each.preset === preset);
      if (epoch === undefined) return '-';
      return `${epoch.basis === 'estimated' ? '~' : ''}${formatSeconds(epoch.seconds)}`;
    }),
  ]);
  return formatTable([header, ...rows]);
}

function legend(backends: readonly BackendResult[], chosen: string | null): string[] {
  const epochs = backends.flatMap((backend) => backend.epochs);
  return [
    ...(chosen === null ? [] : ['* what training uses']),
    ...(epochs.length === 0
      ? []
      : [
          `An epoch is ${IMAGES_PER_EPOCH} images through both stages, from a few training steps; ~ from the operations of its layers.`,
        ]),
  ];
}

function verdict({ checked, wrong }: BackendResult['gradients']): string {
  if (checked === 0) return '-';
  return wrong.length === 0 ? `${checked} right` : `${wrong.length} of ${checked} wrong`;
}

function shown(value: number | null): string {
  return value === null ? '-' : formatNumber(value);
}

/** Names and sentences, the sentences under each other. */
function formatRows(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, sentence]) => `${name.padEnd(width)}  ${sentence}`).join('\n');
}
