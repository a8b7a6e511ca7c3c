import type { Reduction } from './detector';

/**
 * What `utad.json` says, apart from its own hash. Plain data, as written and read; everything that a detector needs to
 * be the one it was, except the weights themselves.
 */
export interface BundleManifest {
  /** Version of the format. */
  format: 1;
  /** Name of the detector's kind, such as `two-stage`. */
  kind: string;
  /** The detector's configuration: what its kind makes it from. */
  config: unknown;
  /** Height and width of the images that it takes, in pixels. */
  inputSize: [height: number, width: number];
  /** How the score of an image comes from its anomaly map. */
  score: { reduction: Reduction };
  /** Fitted on good images that training did not see; `score >= image` is anomalous, and a map value from `pixel` up. */
  thresholds: { image: number; pixel: number; images: number };
  /** What it learnt from, by name; `category` is null where a dataset has none. */
  training: { dataset: string; category: string | null; images: number; fingerprint: string; seed: number };
  /** What it needs besides, by name: SHA-256 in hexadecimal, and the seed where one makes it again. */
  assets: Record<string, { name: string; sha256: string; seed?: number | undefined }>;
  /** Versions of what made it, by package. */
  versions: Record<string, string>;
  /** Names of the networks, each with `<name>/model.json` and `<name>/weights.bin`. */
  networks: string[];
  /** Every other file by its path, with its SHA-256 in hexadecimal and its length. */
  files: Record<string, { sha256: string; bytes: number }>;
}
