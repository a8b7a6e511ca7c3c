import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { TensorData } from '@utad/core';
import type { AnomalyDetector, Asset } from './detector';

/** ONNX Runtime or TensorFlow.js. */
export type Engine = 'onnx' | 'tfjs';

/** What a detector is made with besides its configuration. */
export interface DetectorContext {
  /** Fixes initial weights. Default 0. */
  readonly seed?: number;
  /** Those that its kind names, loaded; the kind checks what they are. */
  readonly assets?: Readonly<Record<string, Asset>>;
}

/** Words for a picture or a part, in reports. */
export interface Description {
  /** Such as `reconstruction`. */
  readonly name: string;
  /** Such as `x̂`. */
  readonly symbol?: string;
}

/** Words for what a kind of detector computes. Whatever is not described goes by its own name. */
export interface DetectorDescription {
  /** What the score is called, such as `two-stage, e of Eq. 8`. Default the name of the kind. */
  readonly score?: string;
  /** By name, in the order in which they are shown. */
  readonly pictures?: Readonly<Record<string, Description>>;
  /**
   * The picture in which a defect is gone, and the one that has the input's own detail again: what a report shows of
   * repairing, where the kind repairs.
   */
  readonly repair?: {
    readonly impression: string;
    readonly reconstruction: string;
    /** A sentence over what clean twins tell of it. */
    readonly about?: string;
  };
  /** Terms of the map, named `group/term`: what a group is called, and its terms. */
  readonly parts?: Readonly<Record<string, (term: string) => Description>>;
  /** What groups of terms are called: over their shares of the map, and where a comparison lists them. */
  readonly groups?: Readonly<Record<string, { readonly heading?: string; readonly label?: string }>>;
  /** What a latent code is, in a sentence. */
  readonly codes?: string;
  /** What a list of presets says of a configuration, by column. */
  preset?(config: unknown): Readonly<Record<string, string>>;
}

/**
 * Makes detectors of one kind, new or from a bundle: one that is built in or a user's own. The command line, reports and
 * bundles work for every kind alike.
 */
export interface DetectorKind {
  /** Its name, in bundles and reports. */
  readonly kind: string;
  /** Configurations by name, as plain data that can be edited and given to `create`. */
  readonly presets: Readonly<Record<string, unknown>>;
  /** The preset to start from where none is named. Default the first of `presets`. */
  readonly defaultPreset?: string;
  /**
   * Says of a configuration what is wrong with it, and where, before anything is made from it: a schema of any library
   * that follows Standard Schema (https://standardschema.dev), such as zod. What it answers is given to `create`, so it
   * may fill in defaults. Without it `create` alone judges.
   */
  readonly schema?: StandardSchemaV1;
  /** Names of what its detectors need and a bundle does not hold, such as `vgg19`. */
  readonly assets?: readonly string[];
  /**
   * What its detectors predict on, the fastest first as it was measured: fixed, so that results do not depend on what else a
   * machine does. `onnx` needs {@link AnomalyDetector.graph}. Default TensorFlow.js alone.
   */
  readonly engines?: readonly Engine[];
  /** Words for reports. */
  readonly describe?: DetectorDescription;
  /**
   * Options of a command line by name, such as `epochs`, each with the paths of the configuration that it sets, keys joined
   * by dots. `reduction` is the one that a data set's protocol sets.
   */
  readonly shortcuts?: Readonly<Record<string, readonly string[]>>;
  /** A new detector. */
  create(config: unknown, context?: DetectorContext): Promise<AnomalyDetector>;
  /**
   * The detector that had this state.
   *
   * @param state From {@link AnomalyDetector.state}; of bundles of format 1 the weights of each network, as
   *   `<network>/<weight>`.
   * @throws StateError when a tensor is missing or of another shape.
   */
  restore(
    state: ReadonlyMap<string, TensorData>,
    config: unknown,
    context?: DetectorContext,
  ): Promise<AnomalyDetector>;
}
