import { type Path, sharedLength } from './path';

/** What was laid over a configuration, in the order in which it was laid. */
export interface Layer {
  /** How much of a path this layer set: the number of its keys, from the start. */
  reach(path: Path): number;
  /** What a message about the value at this path begins with, such as `mine.yaml:3:5` or `--set a.b`. */
  place(path: Path): string;
  /** Whether the place already names this path. */
  names?(path: Path): boolean;
}

/**
 * The layer to blame for the value at a path: the one that set most of it, and of several the last one. Undefined where
 * none set any of it.
 */
export function layerOf(layers: readonly Layer[], path: Path): Layer | undefined {
  const touching = layers.filter((layer) => path.length === 0 || layer.reach(path) > 0);
  const [best] = touching.toReversed().sort((a, b) => b.reach(path) - a.reach(path));
  return best;
}

/** A layer of one value, from an option. */
export function optionLayer(place: string, path: Path, named = false): Layer {
  return {
    reach: (other) => sharedLength(other, path),
    place: () => place,
    names: (other) => named && other.length === path.length && sharedLength(other, path) === path.length,
  };
}
