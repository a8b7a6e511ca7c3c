import { type AnomalyDetector, type BundleManifest, openBundle, readBundle } from '@utad/detector';
import { folderStore } from '@utad/detector/node';
import type { Vgg19Weights } from '@utad/perceptual';
import type { ChosenBackend } from '@utad/runtime';
import { twoStageKind } from '@utad/two-stage';
import { startBackend } from '../backend';
import type { Context } from '../context';
import { type WeightSources, weightsOf } from '../vgg19';

/** A detector from a bundle; the caller disposes of it. */
export interface OpenedDetector {
  readonly detector: AnomalyDetector;
  readonly manifest: BundleManifest;
  readonly backend: ChosenBackend;
  readonly notes: readonly string[];
}

/** The manifest of a bundle whose files are all there and unaltered. */
export async function readManifest(bundle: string): Promise<BundleManifest> {
  return (await readBundle(folderStore(bundle))).manifest;
}

/** Opens a bundle on the backend asked for; weights other than its own only where the user named them. */
export async function openDetector(
  bundle: string,
  sources: WeightSources,
  { output, backend: name }: Context,
): Promise<OpenedDetector> {
  // A damaged bundle is refused before anything is said.
  await readManifest(bundle);
  const backend = await startBackend({ backend: name }, output);
  const notes: string[] = [];
  const kind = twoStageKind({
    allowOtherWeights: sources.option !== undefined,
    async vgg19(wanted) {
      const weights = await weightsOf(wanted, sources);
      notes.push(...weightNotes(weights));
      if (wanted !== undefined && wanted.sha256 !== weights.sha256) {
        notes.push(
          `VGG-19 weights "${weights.name}" are not the "${wanted.name}" of the bundle: its thresholds do not hold.`,
        );
      }
      return weights;
    },
  });
  const opened = await openBundle(folderStore(bundle), [kind]);
  for (const note of notes) output.note(note);
  return { ...opened, backend, notes };
}

/** What a reader of results made with these weights must know. */
export function weightNotes({ name, seed }: Pick<Vgg19Weights, 'name' | 'seed'>): string[] {
  if (seed === undefined) return [];
  return [`VGG-19 weights are ${name}, not learnt: the anomaly map measures no learnt perception.`];
}
