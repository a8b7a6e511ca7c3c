import type { DetectorKind } from '@utad/detector';
import type { TwoStageKindOptions } from '@utad/two-stage';
import type { EpochPaths } from '../config/load-config';

/** A kind of detector that commands can work with: one that is built in, or that a module of the user's brings. */
export interface KnownDetector {
  /** What the kind says of itself; its `create` and `load` are those of {@link connect}. */
  readonly about: Omit<DetectorKind, 'create' | 'load'>;
  /** URL of the module that it came from; null where it is built in. */
  readonly module: string | null;
  /** Whether it measures with VGG-19, so that `--vgg19` means something. */
  readonly usesVgg19: boolean;
  readonly epochPaths?: EpochPaths;
  /** Where its configuration says whether a score is the mean or the max of a map, keys joined by dots. */
  readonly reductionPath?: string;
  /** What a list of presets says of one, by column. */
  describePreset?(config: unknown): Readonly<Record<string, string>>;
  /** The kind, with a way to find the weights that it may need. */
  connect(weights: TwoStageKindOptions): DetectorKind;
}
