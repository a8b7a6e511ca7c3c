import type { GalleryBuilder, Latent } from '@utad/report';
import type { Context } from '../../context';
import { formatCount } from '../../terminal/format';
import type { Evaluated } from '../run-evaluation';
import { fromTraining } from '../training-images';
import type { CodeObserver } from './code-observer';
import { latentOf } from './latent-of';
import { showNeighbours } from './show-neighbours';
import { type TrainingCodes, trainingCodes } from './training-codes';

/** What is known of the codes of a kind of detector. */
const ABOUT = new Map([
  [
    'two-stage',
    'Here it is the mean of z, the Gaussian that IE-Net gives each image. Mutual information belongs to all images and codes together and not to a pair of them: training made codes tell as much of their images as they can, so that neighbours among codes are images alike in what tells them apart.',
  ],
]);

/** What latent codes tell of an evaluation, for its report. */
export interface LatentInterpretation {
  /** Undefined where there are no codes to look at. */
  readonly latent: Latent | undefined;
  readonly notes: readonly string[];
}

/**
 * Looks at the latent codes of the test images among those of the training images, and shows each image's nearest training
 * images in the gallery.
 *
 * @param seen the codes of the test images; undefined where the detector has none.
 */
export async function interpretLatent(
  { plan, manifest }: Evaluated,
  seen: CodeObserver | undefined,
  gallery: GalleryBuilder | undefined,
  context: Context,
): Promise<LatentInterpretation> {
  if (seen === undefined) {
    return { latent: undefined, notes: ['The detector has no latent codes to be shown.'] };
  }
  const size = manifest.inputSize;
  const seed = context.seed ?? plan.run?.seed ?? 0;
  const learned = await fromTraining(plan, size, context, (training) =>
    trainingCodes(training, seen.embed, { size, seed }, context),
  );
  const training = 'value' in learned ? learned.value : undefined;
  const { output, signal } = context;
  output.status('comparing latent codes');
  const { latent, neighbours } = await latentOf(
    seen,
    training,
    { seed, about: ABOUT.get(manifest.kind) },
    {
      signal,
      onProgress: (what, done, total) => output.status(`comparing latent codes  ${what} ${done}/${total}`),
    },
  );
  if (gallery && training) await showNeighbours(gallery, seen.items, neighbours, training, signal);
  output.clearStatus();
  return {
    latent,
    notes:
      'value' in learned
        ? reductionNotes(learned.value)
        : [`Latent codes of training images are not shown: ${learned.missing}.`],
  };
}

function reductionNotes({ codes, of }: TrainingCodes): string[] {
  if (codes.length === of) return [];
  return [
    `Latent codes are compared with those of ${codes.length} of the ${formatCount(of, 'training image')}, chosen by seed.`,
  ];
}
