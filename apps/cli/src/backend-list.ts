import { listBackends } from '@utad/runtime/node';
import type { Context } from './context';

/** `utad backend list` */
export async function backendList({ output }: Context): Promise<void> {
  const backends = await listBackends();
  const chosen = backends.find(({ available }) => available)?.name ?? null;
  const lines = backends.map(({ name, available, reason }) => {
    const mark = name === chosen ? '*' : available ? '+' : '-';
    return `${mark} ${name.padEnd(14)} ${reason}`;
  });
  output.result({ backends, chosen }, [...lines, '', '* chosen  + can be used  - cannot'].join('\n'));
}
