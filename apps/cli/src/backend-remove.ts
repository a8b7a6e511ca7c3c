import { removeNative } from '@utad/runtime/node';
import type { Context } from './context';

/** `utad backend remove` */
export async function backendRemove(
  { gpu = false }: { gpu?: boolean },
  { output, signal }: Context,
): Promise<void> {
  const removal = await removeNative({ gpu, signal });
  const freed = `${Math.round(removal.bytes / 1e6)} MB freed`;
  const { removed } = removal;
  if (removed.length > 0) output.result(removal, `removed ${removed.join(', ')}: ${freed}`);
  else if (removal.bytes > 0)
    output.result(removal, `removed what an interrupted installation left: ${freed}`);
  else output.result(removal, 'nothing was there to remove');
}
