import { type TwoStageConfig, twoStagePresets } from '@utad/two-stage';
import { stringify } from 'yaml';
import { isPresetName } from './config/load-config';
import type { Context } from './context';
import { UsageError } from './errors';
import { formatTable } from './terminal/format';

/** `utad presets`: a list of them, or one to edit. */
export async function presets(name: string | undefined, { output }: Context): Promise<void> {
  if (name === undefined) {
    const rows = Object.entries(twoStagePresets).map(([preset, config]) => [preset, ...describe(config)]);
    output.result(twoStagePresets, formatTable([['preset', 'input', 'epochs', 'score'], ...rows]));
    return;
  }
  if (!isPresetName(name)) {
    throw new UsageError(`expected a preset of ${Object.keys(twoStagePresets).join(', ')}, received ${name}`);
  }
  const preset = twoStagePresets[name];
  output.result(preset, stringify(preset, { aliasDuplicateObjects: false }).trimEnd());
}

function describe({ ieNet, training, score }: TwoStageConfig): string[] {
  return [
    ieNet.inputSize.join(' x '),
    `${training.ieNet.epochs} + ${training.expertNet.epochs}`,
    `${score.reduction} of e`,
  ];
}
