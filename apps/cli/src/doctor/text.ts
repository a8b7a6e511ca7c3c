import { formatNumber, formatSeconds, formatTable } from '../terminal/format';
import { IMAGES_PER_EPOCH } from './images-per-epoch';
import type { BackendResult, DoctorResult } from './result';

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
