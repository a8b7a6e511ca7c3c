import type { AnomalyDetector, Bundle } from '@utad/detector';
import type { Vgg19Weights } from '@utad/perceptual';
import type { ChosenBackend } from '@utad/runtime';
import { startBackend } from '../backend';
import type { Context } from '../context';
import { checkDetector } from '../detectors/check-detector';
import type { KnownDetector } from '../detectors/known-detector';
import { type WeightSources, weightsOf } from '../vgg19';

/** A detector from a bundle; the caller disposes of it. */
export interface OpenedDetector {
  readonly detector: AnomalyDetector;
  readonly backend: ChosenBackend;
  readonly notes: readonly string[];
}

/**
 * Opens a bundle on the backend asked for; weights other than its own only where the user named them.
 *
 * @param started a backend that an earlier detector was opened on; without it one is chosen, and said
 */
export async function openDetector(
  bundle: Bundle,
  known: KnownDetector,
  sources: WeightSources,
  context: Context,
  started?: ChosenBackend,
): Promise<OpenedDetector> {
  const say = (line: string) => context.output.note(line);
  const backend = started ?? (await startBackend({ backend: context.backend }, say));
  const notes: string[] = [];
  const kind = known.connect({
    allowOtherWeights: sources.option !== undefined,
    async vgg19(wanted) {
      const weights = await weightsOf(wanted, sources, context);
      notes.push(...weightNotes(weights));
      if (wanted !== undefined && wanted.sha256 !== weights.sha256) {
        notes.push(
          `VGG-19 weights "${weights.name}" are not the "${wanted.name}" of the bundle: its thresholds do not hold.`,
        );
      }
      return weights;
    },
  });
  const detector = await kind.load(bundle);
  checkDetector(detector, kind.kind);
  for (const note of notes) say(note);
  return { detector, backend, notes };
}

/** What a reader of results made with these weights must know. */
export function weightNotes({ name, seed }: Pick<Vgg19Weights, 'name' | 'seed'>): string[] {
  if (seed === undefined) return [];
  return [`VGG-19 weights are ${name}, not learnt: the anomaly map measures no learnt perception.`];
}
