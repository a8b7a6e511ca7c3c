import type { Fact } from '@utad/report';
import type { ChosenBackend } from '@utad/runtime';
import { describeMachine } from '../doctor/machine';
import { formatCount } from '../terminal/format';

const GIGA = 2 ** 30;

/** What an evaluation runs on: this machine, and the backend on it. */
export async function hardwareFacts({ reason, device }: ChosenBackend): Promise<Fact[]> {
  const { node, platform, cpu, memory, gpu } = await describeMachine();
  return [
    ['Processor', `${cpu.model}, ${formatCount(cpu.cores, 'core')}`],
    ['Memory', `${(memory.total / GIGA).toFixed(1)} GiB`],
    ['GPU', gpu === null ? 'none found' : gpu.name],
    ['System', `${platform}, Node ${node}`],
    ['Backend', reason],
    ['Computed on', device],
  ];
}
