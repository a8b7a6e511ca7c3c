import { stringify } from 'yaml';
import type { Context } from './context';
import { findDetector, presetOf } from './detectors/find-detector';
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
  const detector = await findDetector(named);
  if (name !== undefined) {
    const { config } = presetOf(detector, name);
    output.result(config, stringify(config, { aliasDuplicateObjects: false }).trimEnd());
    return;
  }
  const { presets } = detector.about;
  const standard = presetOf(detector).name;
  const rows = Object.entries(presets).map(([preset, config]) => ({
    preset: preset === standard ? `${preset} (default)` : preset,
    ...detector.describePreset?.(config),
  }));
  const columns = Object.keys(rows[0] ?? {});
  output.result(presets, formatTable([columns, ...rows.map((row) => Object.values(row))]));
}
