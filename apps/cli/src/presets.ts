import { findDetector, presetOf } from '@utad/pipeline/node';
import { stringify } from 'yaml';
import type { Context } from './context';
import { formatTable } from './terminal/format';

export interface PresetsOptions {
  readonly detector?: string;
}

/** `utad presets`: a list of them, or one to edit. */
export async function presets(
  name: string | undefined,
  { detector: named }: PresetsOptions,
  { output }: Context,
): Promise<void> {
  const { kind } = await findDetector(named);
  if (name !== undefined) {
    const { config } = presetOf(kind, name);
    output.result(config, stringify(config, { aliasDuplicateObjects: false }).trimEnd());
    return;
  }
  const { presets } = kind;
  const standard = presetOf(kind).name;
  const rows = Object.entries(presets).map(([preset, config]) => ({
    preset: preset === standard ? `${preset} (default)` : preset,
    ...kind.describe?.preset?.(config),
  }));
  const columns = Object.keys(rows[0] ?? {});
  output.result(presets, formatTable([columns, ...rows.map((row) => Object.values(row))]));
}
