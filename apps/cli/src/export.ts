import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { exportRun, findRun } from '@utad/pipeline/node';
import { type AssetFlags, assetOptions } from './commands/options';
import { type Context, watch } from './context';
import { UsageError } from './errors';
import { formatFacts } from './terminal/format';

export interface ExportOptions extends AssetFlags {
  readonly detector?: string;
  readonly out?: string;
  readonly explain?: boolean;
  readonly force?: boolean;
}

/** `utad export`: a detector as one ONNX file. */
export async function exportOnnx(
  path: string,
  { detector, explain, force = false, ...options }: ExportOptions,
  context: Context,
): Promise<void> {
  const found = await findRun(path);
  const out = options.out ?? join(found.run?.folder.name ?? '.', 'detector.onnx');
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--out: expected a file, received the folder ${out}`);
  }
  if (!force && existsSync(out)) {
    throw new UsageError(`--out: expected no file ${out}, but it exists; --force writes over it`);
  }
  const written = await exportRun(found, {
    detector,
    explain,
    out,
    ...assetOptions(options),
    ...watch(context),
  });
  context.output.result(
    written,
    formatFacts([
      ['written', `${written.path}, ${(written.bytes / 1e6).toFixed(1)} MB`],
      ['input', 'images: uint8 RGB [B, H, W, 3] of any size'],
      ['outputs', written.outputs.join('; ')],
      [
        'compared',
        `run by ONNX Runtime, it differs from the detector by ${written.difference.toExponential(1)} of the largest value`,
      ],
    ]),
  );
}
